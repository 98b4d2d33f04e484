"""Wording of the audit entries of bulk enrollment."""

from collections.abc import Mapping
from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.bulk_enrollment.infrastructure import job_list
from app.platform.formats import number
from app.platform.words import counted

_IMPORTED: Final = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})


def _page(public_id: str) -> str:
    return url_for("jobs.show", public_id=public_id)


_ENROLLMENT: Final = Subject("the enrollment in ", "an enrollment", "enrollments", _page)
_IMPORT: Final = Subject("the import of ", "an import", "enrollments", _page)


def _subject(facts: Facts) -> Subject:
    is_import = facts.get("kind") == "import" or not _IMPORTED.isdisjoint(_outcomes(facts))
    return _IMPORT if is_import else _ENROLLMENT


def _rows(facts: Facts) -> str:
    return f"with {counted(facts['rows'], 'row')}" if isinstance(facts.get("rows"), int) else ""


def _end(facts: Facts) -> str:
    if facts.get("status") == JobStatus.FAILED:
        return "(failed: the file couldn’t be read)"
    totals = totals_by_kind(_outcomes(facts))
    done, failed = number(totals["succeeded"]), totals["failed"]
    if facts.get("status") == JobStatus.CANCELLED:
        return f"(canceled, {done} succeeded)"
    return f"({done} succeeded, {number(failed)} failed)" if failed else f"({done} succeeded)"


def _outcomes(facts: Facts) -> dict[Outcome, int]:
    """Return {outcome: rows} of a finished job, without outcome codes that no longer exist."""
    counts = facts.get("outcomes")
    if not isinstance(counts, Mapping):
        return {}
    return {Outcome[code]: rows for code, rows in counts.items() if code in Outcome.__members__}


_AUDIT_SENTENCES: Final = {
    "job_started": "started {it}",
    "job_cancelled": "canceled {it}",
    "job_paused": "paused {it}",
    "job_resumed": "resumed {it}",
    "job_finished": "finished {it}",
    "job_downloaded": "downloaded rows from {it}",
    "to_do_dismissed": "dismissed the to-do of {it}",
    "to_do_restored": "restored the to-do of {it}",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES, subjects={"job": _subject}, details={"job_started": _rows, "job_finished": _end}
    )
    activity.register_words("bulk_enrollment", words)
    activity.register_names("job", job_list.names_of_jobs)
