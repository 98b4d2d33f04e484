"""A job's rows as a CSV file: the original columns, or the fields of contacts that were selected without a
file, followed by `outcome` and `reason`.

The file can be corrected and uploaded again: the two columns of an earlier download are replaced, not
repeated, and cells that a spreadsheet would run as formulas are escaped. File and ledger are read in parallel
in slices, so memory use is bounded, and no transaction stays open during a slow download.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.report.shown_jobs import ShownJob
from app.bulk_enrollment.application.selection.accepting import upload_of
from app.bulk_enrollment.application.selection.retried import apply_edits, taken_rows
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome, reason, remark
from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.fixing.retried_rows import edits_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.files import application as files
from app.files.domain.columns.added import ADDED_COLUMNS
from app.platform.database import forget_snapshot, is_transient, transaction
from app.platform.errors import Conflict, Unavailable
from app.platform.text.spreadsheet_safe import csv_chunks, guarded_cell

SLICE = 5_000
FIELDS_SLICE = 1_000
_FIELDS: Final = contacts.NAMING_FIELDS

RowResult = tuple[Outcome | None, str]
_NEVER_REACHED: Final[RowResult] = (Outcome.CANCELLED, reason(Outcome.CANCELLED, None))


@dataclass(frozen=True)
class Download:
    """The file name and the content, generated while it is sent."""

    name: str
    chunks: Iterator[bytes]


def download_rows(actor: Actor, shown: ShownJob, wanted: frozenset[Outcome] | None, part: str) -> Download:
    """Return the rows with one of the outcomes, or all rows (None); `part` describes them in the file name.

    The download is recorded in the activity log. Raises NotAllowed, Conflict if the job failed, NotFound if
    its file no longer exists, Unavailable if the log cannot be written.
    """
    accounts.require(actor, Permission.REPORTS)
    job = queries.job_by_id(shown.job.account_id, shown.job.id)
    if shown.status is JobStatus.FAILED:
        raise Conflict("CONFLICT", "The file couldn’t be read, so there are no rows to download.")
    ledger = _ledger(job.account_id, job.id, shown.status is JobStatus.CANCELLED)
    delimiter = ","
    match job.selection:
        case FileSelection():
            upload = upload_of(job)
            files.check_is_there(upload)
            rows = _taken_rows(job, upload, wanted) if job.has_source_rows else _rows(upload, ledger, wanted)
            delimiter = ";" if files.layout_of(upload).delimiter == ";" else ","
        case ManualSelection() as selection:
            rows = (
                _filtered_rows(job, wanted)
                if job.has_source_rows
                else _listed_rows(job.account_id, selection, ledger, wanted)
            )
        case FilterSelection():
            rows = _filtered_rows(job, wanted)
    _record(actor, shown, wanted)
    stem = shown.facts.file_name.rpartition(".")[0] or shown.facts.file_name
    return Download(f"{stem}-{part}.csv", csv_chunks(rows, delimiter))


def _record(actor: Actor, shown: ShownJob, wanted: frozenset[Outcome] | None) -> None:
    """Record the download in the activity log. Raises Unavailable if the log cannot be written."""
    try:
        with transaction():
            activity.record(
                actor,
                "job_downloaded",
                "job",
                shown.job.public_id,
                name=shown.facts.place,
                outcomes=sorted(outcome.name for outcome in wanted) if wanted is not None else "all",
            )
    except Exception as failure:
        if not is_transient(failure) and not isinstance(failure, OSError):
            raise
        raise Unavailable(
            "UNAVAILABLE",
            "Every download is recorded in the activity log, which can’t be written right now. The disk may "
            "be full. Nothing was downloaded. Try again later, or tell your administrator.",
        ) from failure


def _rows(
    upload: files.Upload, ledger: Iterator[RowResult], wanted: frozenset[Outcome] | None
) -> Iterator[Sequence[str]]:
    line = _Lines(upload)
    yield line.header
    for row in files.untouched_rows(upload):
        outcome, words = next(ledger, (None, ""))
        if wanted is None or outcome in wanted:
            yield line.of(row.cells, outcome, words)


def _taken_rows(
    job: EnrollmentJob, upload: files.Upload, wanted: frozenset[Outcome] | None
) -> Iterator[Sequence[str]]:
    """Yield the rows of the file that a retry or undo took up, with what was changed in them."""
    line = _Lines(upload)
    yield line.header
    results = _taken(job)
    taken = next(results, None)
    for row in files.untouched_rows(upload):
        if taken is None:
            return
        if row.number != taken.source_row:
            continue
        if taken.edits:
            apply_edits(row.cells, json.loads(taken.edits))
        outcome, words = taken.result
        if wanted is None or outcome in wanted:
            yield line.of(row.cells, outcome, words)
        taken = next(results, None)


class _Taken(NamedTuple):
    source_row: int
    edits: str | None
    result: RowResult


def _taken(job: EnrollmentJob) -> Iterator[_Taken]:
    """Yield the rows of a retry or undo in the order of the file. Of one that was canceled before its rows
    were read, there are those that it would have taken up."""
    if job.planned_at is None and job.status == JobStatus.CANCELLED and job.kind != "undo":
        for row in taken_rows(job):
            yield _Taken(row.source_row, row.edits, _NEVER_REACHED)
        return
    after, is_cancelled = 0, job.status == JobStatus.CANCELLED
    while rows := queries.ledger_slice(job.account_id, job.id, after, SLICE):
        edits = edits_of(job.account_id, job.id, rows[0].source_row, rows[-1].source_row)
        forget_snapshot()
        for row in rows:
            yield _Taken(row.source_row, edits.get(row.source_row), _of_row(row, is_cancelled))
        after = rows[-1].row_number


class _Lines:
    """The lines of a download: the original columns, then those that we add, then cells beyond the header."""

    def __init__(self, upload: files.Upload) -> None:
        layout = files.layout_of(upload)
        names = [*(layout.header or ()), *layout.columns[len(layout.header or ()) :]]
        aside = {*files.added_columns(upload), *layout.repeated}
        self._width = layout.width
        self._own = [at for at in range(self._width) if at not in aside]
        self.header = [*(guarded_cell(names[at]) for at in self._own), *ADDED_COLUMNS]

    def of(self, row: Sequence[str], outcome: Outcome | None, words: str) -> list[str]:
        cells = [guarded_cell(cell) for cell in row]
        cells += [""] * (self._width - len(cells))
        code = outcome.name if outcome else ""
        return [*(cells[at] for at in self._own), code, words, *cells[self._width :]]


def _listed_rows(
    account_id: int,
    selection: ManualSelection,
    ledger: Iterator[RowResult],
    wanted: frozenset[Outcome] | None,
) -> Iterator[Sequence[str]]:
    found = (
        (entry, outcome, words)
        for entry, (outcome, words) in zip(selection.entries, ledger, strict=False)
        if wanted is None or outcome in wanted
    )
    yield from _with_fields(account_id, selection.identifier, found)


def _filtered_rows(job: EnrollmentJob, wanted: frozenset[Outcome] | None) -> Iterator[Sequence[str]]:
    """Yield rows whose identifiers are in the ledger only: contacts of a filter, and those that a retry or
    undo took up."""
    is_cancelled = job.status == JobStatus.CANCELLED
    results = ((row.identifier or "", *_of_row(row, is_cancelled)) for row in _slices(job.account_id, job.id))
    found = (result for result in results if wanted is None or result[1] in wanted)
    yield from _with_fields(job.account_id, job.selection.identifier, found)


def _with_fields(
    account_id: int, identifier: str, results: Iterator[tuple[str, Outcome | None, str]]
) -> Iterator[Sequence[str]]:
    """Yield (entry, outcome, reason) as rows; after the id of a contact with its name and addresses."""
    fields = _FIELDS if identifier == "contact_id" else ()
    yield [identifier, *fields, *ADDED_COLUMNS]
    while part := list(islice(results, FIELDS_SLICE)):
        known = contacts.fields_of(account_id, [entry for entry, *_ in part]) if fields else {}
        for entry, outcome, words in part:
            own = (known.get(entry) or ("",) * len(fields)) if fields else ()
            yield [guarded_cell(cell) for cell in (entry, *own)] + [outcome.name if outcome else "", words]


def _ledger(account_id: int, job_id: int, is_cancelled: bool) -> Iterator[RowResult]:
    """Yield outcome and reason of every row, in order.

    For a canceled job, go on with CANCELLED without end, because its ledger may be incomplete.
    """
    for row in _slices(account_id, job_id):
        yield _of_row(row, is_cancelled)
    while is_cancelled:
        yield _NEVER_REACHED


def _slices(account_id: int, job_id: int) -> Iterator[Any]:
    after = 0
    while rows := queries.ledger_slice(account_id, job_id, after, SLICE):
        forget_snapshot()
        yield from rows
        after = rows[-1].row_number


def _of_row(row: Any, is_cancelled: bool) -> RowResult:
    if row.outcome is None:
        return _NEVER_REACHED if is_cancelled else (None, "")
    return _result(row.outcome, row.detail, row.note)


def _result(code: int, detail: str | None, note: str | None) -> RowResult:
    outcome = Outcome(code)
    return outcome, " ".join(filter(None, (reason(outcome, detail), remark(note))))
