"""Filling the sheet of a job's fixable rows: one pass over its file, resumable like planning."""

import json
from collections.abc import Iterator, Sequence

from app.accounts.domain import Actor
from app.bulk_enrollment.application.control.locked_jobs import locked_job
from app.bulk_enrollment.application.fixing.checking import Column, RowChecker, merged
from app.bulk_enrollment.application.selection.retried import apply_edits
from app.bulk_enrollment.application.selection.rows import source_of
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.selection import FilterSelection
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.fixing import filling, sheets
from app.bulk_enrollment.infrastructure.fixing.filling import FixableRow, SheetRow
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.domain.cells.row import Row
from app.files.domain.checkup.repairs import repair
from app.files.domain.checkup.typos import meant_domain
from app.files.domain.text.unreadable import UnreadableFile
from app.platform import queue
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict

FILL_TASK = "bulk_enrollment.fill_fixing_sheet"
CHUNK = 1_000  # rows per transaction
SMALL_FILE = 5_000  # rows; up to this many, the sheet is filled in the request that asks for it
LONGEST_SHOWN = 2_000  # characters of a cell
UNTOUCHED_SECONDS = 10.0
TYPO = "typo"  # repair of a likely typo in a well-known domain


def open_sheet(actor: Actor, public_id: str) -> EnrollmentJob:
    """Make the fixable rows of a finished job editable; idempotent. Return the job.

    The sheet of a small file is filled at once, that of a larger one by a worker. Raises NotAllowed,
    NotFound, and Conflict for a job without rows to fix.
    """
    with transaction():
        job = locked_job(actor, public_id)
        if why := why_not_fixed(job):
            raise Conflict("CONFLICT", why)
        if sheets.sheet_of(job.account_id, job.id) is None:
            filling.add_sheet(job.account_id, job.id)
        if job.total > SMALL_FILE:
            after_commit(lambda: queue.send(FILL_TASK, job.account_id, job.id))
    if job.total <= SMALL_FILE:
        fill_sheet(job.account_id, job.id)
    return job


def why_not_fixed(job: EnrollmentJob) -> str:
    """Return why the rows of a job can’t be fixed in the browser, as a sentence; empty if they can."""
    if job.kind == "undo" or isinstance(job.selection, FilterSelection):
        return "This job has no rows that can be fixed by hand."
    if job.status not in FINISHED:
        return "This job hasn’t finished yet. Fix its rows once it has."
    if job.status == JobStatus.FAILED:
        return "The file couldn’t be read. Upload it again to start a new job."
    return ""


def fill_sheet(account_id: int, job_id: int) -> None:
    """Fill a sheet from where the last attempt stopped; do nothing if it is filled, or another worker is at
    it."""
    with transaction():
        claim = filling.claim(account_id, job_id)
    if claim is None:
        return
    attempt, filled_to = claim
    job = queries.job_by_id(account_id, job_id)
    try:
        for rows, last in _pieces(job, filled_to):
            with transaction():
                if not filling.hold(account_id, job_id, attempt, filled_to=last):
                    return
                filling.load_rows(account_id, job_id, rows)
            if queue.should_stop():
                _let_go(account_id, job_id, attempt)
                return
    except UnreadableFile as fault:  # including a file that is gone
        with transaction():
            filling.hold(account_id, job_id, attempt, failure=str(fault)[:500], lease_until=None)
        return
    with transaction():
        filling.finish(account_id, job_id, attempt)


def fill_abandoned_sheets() -> None:
    """Enqueue a task for each sheet whose worker is gone."""
    for account_id, job_id in filling.unfilled(UNTOUCHED_SECONDS):
        queue.send(FILL_TASK, account_id, job_id)


def _let_go(account_id: int, job_id: int, attempt: int) -> None:
    with transaction():
        filling.hold(account_id, job_id, attempt, lease_until=None)
    queue.send(FILL_TASK, account_id, job_id)


def _pieces(job: EnrollmentJob, after: int) -> Iterator[tuple[list[SheetRow], int]]:
    """Yield (rows of the sheet, the last one's number), in pieces."""
    fixable = filling.fixable_rows(job.account_id, job.id, after, CHUNK)
    if not fixable:
        return
    checker, source = RowChecker(job), source_of(job, {}).source()
    while fixable:
        found = list(_together(fixable, source))
        yield _sheet_rows(job, checker, found), fixable[-1].row_number
        fixable = filling.fixable_rows(job.account_id, job.id, fixable[-1].row_number, CHUNK)


def _together(fixable: Sequence[FixableRow], source: Iterator[Row]) -> Iterator[tuple[FixableRow, list[str]]]:
    """Yield the fixable rows with their cells; both are in the order of the file."""
    for row in fixable:
        for given in source:
            if given.number == row.source_row:
                if row.edits:
                    apply_edits(given.cells, json.loads(row.edits))
                yield row, given.cells
                break


def _sheet_rows(
    job: EnrollmentJob, checker: RowChecker, found: list[tuple[FixableRow, list[str]]]
) -> list[SheetRow]:
    columns = checker.columns
    cells = [{str(one.position): given[one.position] for one in columns} for _row, given in found]
    guesses = [_guess(job, checker, given) for given in cells]
    tried = [given | guess[1] for given, guess in zip(cells, guesses, strict=True) if guess]
    verdicts = iter(checker.check(tried))
    good = [guess is not None and next(verdicts).problem is None for guess in guesses]
    return [
        (
            row.row_number,
            row.source_row,
            row.line,
            row.outcome,
            row.detail,
            _shown(columns, given),
            merged(row.edits, guess[1]) if guess and is_good else None,
            guess[0] if guess and is_good else None,
        )
        for (row, _), given, guess, is_good in zip(found, cells, guesses, good, strict=True)
    ]


def _guess(
    job: EnrollmentJob, checker: RowChecker, cells: dict[str, str]
) -> tuple[str, dict[str, str]] | None:
    """Return (names of the repairs, changed cells) of a row whose address has one likely meaning, or None."""
    if job.selection.identifier != "email":
        return None
    at = str(checker.identifying)
    cell = cells[at]
    found = repair(cell)
    if found is not None:
        return " ".join(found.kinds)[:80], {at: found.address}
    local, _, domain = cell.strip().rpartition("@")
    meant = meant_domain(domain.lower()) if local and len(cell) <= LONGEST_SHOWN else None
    return (TYPO, {at: f"{local}@{meant}"}) if meant else None


def _shown(columns: Sequence[Column], cells: dict[str, str]) -> str:
    shown = {str(one.position): cells[str(one.position)][:LONGEST_SHOWN] for one in columns}
    return json.dumps(shown, ensure_ascii=False)
