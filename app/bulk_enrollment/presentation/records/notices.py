"""The words of notifications and emails about a job's end, and about jobs that wait for a person."""

from dataclasses import dataclass
from typing import Any, Final

from flask import current_app

from app.bulk_enrollment.application.telling import ENDED, MISSED_START, NEEDS_APPROVAL, PAUSED
from app.bulk_enrollment.domain import job_texts
from app.bulk_enrollment.domain.job import JobStatus, Progress
from app.bulk_enrollment.domain.job_texts import TextFacts
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.notifications import application as notifications
from app.notifications.application import Facts, Notice, SystemEmail
from app.platform.settings import current

_STATES: Final = {
    JobStatus.COMPLETED: ("completed", "circle-check", "success"),
    JobStatus.COMPLETED_WITH_ERRORS: ("completed with errors", "alert", "warning"),
    JobStatus.CANCELLED: ("canceled", "circle-minus", "neutral"),
    JobStatus.FAILED: ("failed", "circle-x", "danger"),
}
_PAUSED: Final = ("paused by Muster", "pause", "warning")
_WAITS_FOR: Final = {
    PAUSED: _PAUSED,
    NEEDS_APPROVAL: ("needs approval", "pause", "warning"),
    MISSED_START: ("missed its start", "clock", "warning"),
}


@dataclass(frozen=True)
class _Told:
    """A notification's facts, read. `seconds` is the duration, None if the job never started."""

    title: str
    text: str
    state: str
    icon: str
    tone: str
    totals: list[tuple[str, int]]
    total: int
    seconds: float | None


def register() -> None:
    for kind in (ENDED, *_WAITS_FOR):
        notifications.register_notice(kind, _notice)
        notifications.register_system_email(kind, _system_email)


def _notice(facts: Facts, public_id: str) -> Notice:
    told = _read(facts)
    return Notice(f"{told.title}: {told.state}", told.text, _path(public_id), told.icon, told.tone)


def _system_email(facts: Facts, public_id: str) -> SystemEmail:
    """Return the email. Without PUBLIC_URL it says the path of the page instead of a link."""
    told, path, base = _read(facts), _path(public_id), current().public_url
    given = {"told": told, "path": path, "link": f"{base}{path}" if base else None}
    return SystemEmail(
        subject=f"{told.title}: {told.state}",
        text=_rendered("bulk_enrollment/mail_job.txt", given),
        html=_rendered("bulk_enrollment/mail_job.html", given),
    )


def _rendered(template: str, given: dict[str, Any]) -> str:
    """Render without a request, which a worker does not have."""
    return current_app.jinja_env.get_template(template).render(given)


def _path(public_id: str) -> str:
    return f"/enrollments/{public_id}"


def _read(facts: Facts) -> _Told:
    status = JobStatus(facts["status"])
    counts = facts.get("outcomes") or {}
    outcomes = {one: int(counts[one.name]) for one in Outcome if counts.get(one.name)}
    kinds = totals_by_kind(outcomes)
    kind = str(facts["kind"])
    workflow = (facts.get("workflow") or "a deleted workflow") if facts.get("has_workflow") else None
    file_name = facts.get("file") or "file"
    total = int(facts.get("total") or 0)
    progress = Progress(
        status,
        total,
        succeeded=kinds["succeeded"],
        failed=kinds["failed"],
        skipped=kinds["skipped"],
        batches=0,
        batches_done=0,
    )
    state, icon, tone = _STATES.get(status) or _WAITS_FOR.get(facts.get("waits_for", ""), _PAUSED)
    if status in _STATES:
        words = TextFacts(
            progress, outcomes, workflow, file_name, kind=kind, refused_by=facts.get("refused_by")
        )
        text = job_texts.headline(words)
        if not words.refused_by and (skipped := job_texts.skipped(outcomes)):
            text = f"{text} {skipped}"
    else:
        text = str(facts.get("reason") or "Something went wrong.")
    if status is JobStatus.FAILED and facts.get("failure"):
        text = str(facts["failure"])
    title = f"Import of {file_name}" if workflow is None else f"{workflow} ({file_name})"
    return _Told(
        title=f"Undo: {title}" if kind == "undo" else title,
        text=text,
        state="refused" if facts.get("refused_by") else state,
        icon=icon,
        tone=tone,
        totals=[(one.label, rows) for one, rows in outcomes.items()],
        total=total,
        seconds=facts.get("seconds"),
    )
