"""Wording of the audit entries of bulk enrollment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.outcomes import TAKEN_BACK, Outcome, totals_by_kind
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.infrastructure import job_list
from app.platform.text.formats import exact, number
from app.platform.text.words import counted

_IMPORTED: Final = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})

_UNDONE: Final = frozenset({*TAKEN_BACK, Outcome.NOTHING_TO_UNDO, Outcome.MOVED_ON, Outcome.CONTACT_GONE})


def _page(public_id: str) -> str:
    return url_for("jobs.show", public_id=public_id)


_ENROLLMENT: Final = Subject("the enrollment in ", "an enrollment", "enrollments", _page)
_UNDO: Final = Subject("the undo of ", "an undo", "enrollments", _page)
_IMPORT: Final = Subject("the import of ", "an import", "enrollments", _page)
_ANY: Final = Subject("", "a job", "enrollments", _page)


def _subject(facts: Facts) -> Subject:
    if not facts:
        return _ANY
    if not _UNDONE.isdisjoint(_outcomes(facts)) or facts.get("kind") == "undo":
        return _UNDO
    is_import = facts.get("kind") == "import" or not _IMPORTED.isdisjoint(_outcomes(facts))
    return _IMPORT if is_import else _ENROLLMENT


def _rows(facts: Facts) -> str:
    return f"with {counted(facts['rows'], 'row')}" if isinstance(facts.get("rows"), int) else ""


def _number_of_rows(facts: Facts) -> str:
    return f"({counted(facts['rows'], 'row')})" if isinstance(facts.get("rows"), int) else ""


def _edited_rows(facts: Facts) -> str:
    """“(row 17)”, or “(3 rows)” for several."""
    return f"(row {number(facts['row'])})" if isinstance(facts.get("row"), int) else _number_of_rows(facts)


def _start(facts: Facts) -> str:
    """“for Dec 1, 2026, 9:00 AM”, in the account's time zone."""
    try:
        return f"for {exact(datetime.fromisoformat(facts['at']))}"
    except (KeyError, TypeError, ValueError):
        return ""


def _scheduled_start(facts: Facts) -> str:
    """“(scheduled for Dec 1, 2026, 9:00 AM)”."""
    start = _start(facts)
    return f"(scheduled {start})" if start else ""


def _pace(facts: Facts) -> str:
    """“to 500 people a day”, or “to all at once”."""
    return f"to {facts.get('pace') or 'all at once'}"


_WHY_PAUSED: Final = {
    PausedBy.CANARY: "after its first rows",
    PausedBy.BRAKE: "because too many rows failed",
    PausedBy.APPROVAL: "until another person approves it",
    PausedBy.WORKFLOW: "with its workflow",
}


def _pause(facts: Facts) -> str:
    """“after its first rows” and the like if Muster paused the job; nothing for a user."""
    return _WHY_PAUSED.get(facts.get("by", ""), "")


def _resumption(facts: Facts) -> str:
    """“with its workflow” if Muster resumed the job; nothing for a user."""
    return _WHY_PAUSED[PausedBy.WORKFLOW] if facts.get("by") == PausedBy.WORKFLOW else ""


def _end(facts: Facts) -> str:
    if facts.get("status") == JobStatus.FAILED:
        if facts.get("reason") == "limit":
            return "(failed: more contacts than the limit)"
        return "(failed: the file couldn’t be read)"
    totals = totals_by_kind(_outcomes(facts))
    done, failed = number(totals["succeeded"]), totals["failed"]
    if facts.get("status") == JobStatus.CANCELLED:
        return f"(canceled, {done} succeeded)"
    return f"({done} succeeded, {number(failed)} failed)" if failed else f"({done} succeeded)"


def _age(facts: Facts) -> str:
    return f"(finished more than {counted(facts['days'], 'day')} ago)" if facts.get("days") else ""


def _outcomes(facts: Facts) -> dict[Outcome, int]:
    """Return {outcome: rows} of a finished job, without outcome codes that no longer exist."""
    counts = facts.get("outcomes")
    if not isinstance(counts, Mapping):
        return {}
    return {Outcome[code]: rows for code, rows in counts.items() if code in Outcome.__members__}


_AUDIT_SENTENCES: Final = {
    "job_started": "started {it}",
    "job_scheduled": "scheduled {it}",
    "job_rescheduled": "changed the start of {it}",
    "job_pace_changed": "changed the pace of {it}",
    "job_start_missed": "didn’t start {it} in time",
    "job_cancelled": "canceled {it}",
    "job_paused": "paused {it}",
    "job_resumed": "resumed {it}",
    "job_approved": "approved {it}",
    "job_refused": "refused {it}",
    "job_finished": "finished {it}",
    "job_expired": "deleted {it}",
    "job_downloaded": "downloaded rows from {it}",
    "job_retried": "retried rows of {it}",
    "job_undone": "undid {it}",
    "job_verified": "verified {it}",
    "job_rows_edited": "edited rows of {it}",
    "job_rows_fixed": "fixed rows of {it}",
    "job_fix_taken_back": "took back a fix of rows of {it}",
    "job_rows_left_out": "left out rows of {it}",
    "to_do_dismissed": "dismissed the to-do of {it}",
    "to_do_restored": "restored the to-do of {it}",
}


_DETAILS: Final = {
    "job_started": _rows,
    "job_finished": _end,
    "job_paused": _pause,
    "job_resumed": _resumption,
    "job_scheduled": _start,
    "job_rescheduled": _start,
    "job_start_missed": _scheduled_start,
    "job_pace_changed": _pace,
    "job_expired": _age,
    "job_retried": _number_of_rows,
    "job_undone": _number_of_rows,
    "job_rows_edited": _edited_rows,
    "job_rows_fixed": _number_of_rows,
    "job_fix_taken_back": _number_of_rows,
    "job_rows_left_out": _number_of_rows,
}


def register() -> None:
    words = AuditWords(_AUDIT_SENTENCES, subjects={"job": _subject}, details=_DETAILS)
    activity.register_words("bulk_enrollment", words)
    activity.register_names("job", job_list.names_of_jobs)
