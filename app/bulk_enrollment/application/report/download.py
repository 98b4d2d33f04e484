"""A job's rows as a CSV file: the original columns, followed by `outcome` and `reason`.

The file can be corrected and uploaded again: the two columns of an earlier download are replaced, not
repeated, and cells that a spreadsheet would run as formulas are escaped. File and ledger are read in parallel
in slices, so memory use is bounded, and no transaction stays open during a slow download.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.report.shown_jobs import ShownJob
from app.bulk_enrollment.application.selection.accepting import upload_of
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome, reason, remark
from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.files.domain.cells.spreadsheet_safe import csv_chunks, guarded_cell
from app.files.domain.columns.added import ADDED_COLUMNS
from app.platform.database import forget_snapshot, is_transient, transaction
from app.platform.errors import Conflict, Unavailable

SLICE = 5_000

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
            rows = _rows(upload, ledger, wanted)
            delimiter = ";" if files.layout_of(upload).delimiter == ";" else ","
        case ManualSelection() as selection:
            rows = _listed_rows(selection, ledger, wanted)
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
    layout = files.layout_of(upload)
    header = [*(layout.header or ()), *layout.columns[len(layout.header or ()) :]]
    width = layout.width
    aside = {*files.added_columns(upload), *layout.repeated}
    own = [at for at in range(width) if at not in aside]
    yield [*(guarded_cell(header[at]) for at in own), *ADDED_COLUMNS]
    for row in files.untouched_rows(upload):
        outcome, words = next(ledger, (None, ""))
        if wanted is not None and outcome not in wanted:
            continue
        cells = [guarded_cell(cell) for cell in row.cells]
        cells += [""] * (width - len(cells))
        # Cells beyond the header come after the added columns.
        yield [*(cells[at] for at in own), outcome.name if outcome else "", words, *cells[width:]]


def _listed_rows(
    selection: ManualSelection, ledger: Iterator[RowResult], wanted: frozenset[Outcome] | None
) -> Iterator[Sequence[str]]:
    yield [selection.identifier, *ADDED_COLUMNS]
    for entry, (outcome, words) in zip(selection.entries, ledger, strict=False):
        if wanted is None or outcome in wanted:
            yield [guarded_cell(entry), outcome.name if outcome else "", words]


def _filtered_rows(job: EnrollmentJob, wanted: frozenset[Outcome] | None) -> Iterator[Sequence[str]]:
    yield [job.selection.identifier, *ADDED_COLUMNS]
    is_cancelled = job.status == JobStatus.CANCELLED
    for row in _slices(job.account_id, job.id):
        outcome, words = _of_row(row, is_cancelled)
        if wanted is None or outcome in wanted:
            yield [row.identifier, outcome.name if outcome else "", words]


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
