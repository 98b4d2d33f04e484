"""Presentation of outcomes and figures on a job's page."""

from typing import Any, Final

from flask import url_for

from app.bulk_enrollment.application.report.shown_jobs import ShownJob
from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome

TONES: Final[dict[Outcome, str]] = {
    Outcome.ENROLLED: "success",
    Outcome.CREATED: "success",
    Outcome.UPDATED: "accent",
    Outcome.UNCHANGED: "info",
    Outcome.ALREADY_ENROLLED: "info",
    Outcome.DUPLICATE_IN_SELECTION: "violet",
    Outcome.CONTACT_BLOCKED: "neutral",
    Outcome.CONTACT_NOT_FOUND: "warning",
    Outcome.CANCELLED: "neutral",
    Outcome.WITHDRAWN: "success",
    Outcome.CONTACT_REMOVED: "accent",
    Outcome.TAGS_REMOVED: "info",
    Outcome.NOTHING_TO_UNDO: "neutral",
    Outcome.MOVED_ON: "warning",
    Outcome.CONTACT_GONE: "neutral",
    Outcome.VALUE_MISSING: "neutral",
}


def tone_of(outcome: Outcome) -> str:
    return TONES.get(outcome, "danger")


def figures_of(shown: ShownJob) -> list[dict[str, Any]]:
    """Return one figure for each outcome that occurred; problems link to their rows.

    The job's main outcome is included even at 0.
    """
    counts = dict(shown.state.outcomes)
    counts.setdefault(_main_outcome(shown), 0)
    return [
        {
            "label": outcome.label,
            "code": outcome.name,
            "value": counts[outcome],
            "tone": tone_of(outcome),
            "url": rows_url(shown, outcome) if outcome >= FIRST_PROBLEM else None,
        }
        for outcome in Outcome
        if outcome in counts
    ]


def _main_outcome(shown: ShownJob) -> Outcome:
    if shown.job.kind == "undo":
        return Outcome.WITHDRAWN if shown.job.workflow_id else Outcome.CONTACT_REMOVED
    return Outcome.CREATED if shown.job.kind == "import" else Outcome.ENROLLED


def expected_figures(shown: ShownJob) -> list[dict[str, Any]]:
    """Return one figure for each outcome that planning expects; empty until the rows are checked."""
    expected = {Outcome[name]: rows for name, rows in shown.job.expected.items() if rows}
    return [
        {"label": outcome.label, "value": expected[outcome], "tone": tone_of(outcome)}
        for outcome in sorted(expected)
    ]


def rows_url(shown: ShownJob, outcome: Outcome) -> str:
    """Return the URL of the rows with this outcome on the job's page."""
    return url_for("jobs.show", public_id=shown.job.public_id, code=outcome.name, _anchor="problems")
