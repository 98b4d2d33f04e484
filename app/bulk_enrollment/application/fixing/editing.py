"""Editing the sheet of a job: pages of rows, fixes of single rows and of all rows with the same error."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.control.locked_jobs import locked_job
from app.bulk_enrollment.application.fixing.checking import NOT_FOUND, Column, RowChecker, Verdict, merged
from app.bulk_enrollment.application.fixing.retry import resolve, retry_state
from app.bulk_enrollment.application.fixing.sheet import LONGEST_SHOWN
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.domain.outcomes import Outcome, reason
from app.bulk_enrollment.domain.retrying import RetryState, SameError
from app.bulk_enrollment.infrastructure.fixing import sheets
from app.bulk_enrollment.infrastructure.fixing.sheets import CountedGroup
from app.bulk_enrollment.infrastructure.fixing.tables import (
    LEFT_OUT,
    OPEN,
    READY,
    TAKEN,
    FixingRow,
    FixingSheet,
)
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.database import transaction
from app.platform.errors import NotFound

PAGE = 25
MOST_GROUPS = 8
Edits = Mapping[int, Mapping[str, str]]
"""{row number of the job: {column position: text}} of the rows on a page."""


@dataclass(frozen=True)
class EditedCell:
    """A cell to edit; `problem` is what is wrong with it, `warning` what will happen with it."""

    column: Column
    text: str
    problem: str = ""
    warning: str = ""


@dataclass(frozen=True)
class EditedRow:
    """A row to edit: its number in the job, its row and line in the file, and what is wrong with it."""

    number: int
    row: int
    line: int
    state: str
    cells: Sequence[EditedCell]
    problem: str
    is_changed: bool


@dataclass(frozen=True)
class ErrorGroup:
    """Rows with the same error: `before` and `after` show the suggested repair of one, `fixed` is how many
    were repaired by it."""

    group: SameError
    rows: int
    fixed: int
    message: str
    before: str
    after: str


@dataclass(frozen=True)
class FixingPage:
    """A page of a sheet. `sheet` is None if it has not been opened; `on` is the row number to continue
    after."""

    job: EnrollmentJob
    sheet: FixingSheet | None
    retries: RetryState | None
    columns: Sequence[Column] = ()
    rows: Sequence[EditedRow] = ()
    groups: Sequence[ErrorGroup] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    on: int | None = None

    @property
    def is_ready(self) -> bool:
        return self.sheet is not None and self.sheet.filled_at is not None


def fixing_page(actor: Actor, public_id: str, state: str = OPEN, after: int = 0) -> FixingPage:
    """Return the page of the rows in a state that follow row number `after`. Raises NotFound and FileGone."""
    accounts.require(actor, Permission.REPORTS)
    job = find_job(actor, public_id)
    sheet = sheets.sheet_of(job.account_id, job.id)
    retries = retry_state(actor, job)
    if sheet is None or sheet.filled_at is None or retries is None:
        return FixingPage(job, sheet, retries)
    checker = RowChecker(job)
    found = sheets.rows_after(job.account_id, job.id, state, after, PAGE + 1)
    return FixingPage(
        job,
        sheet,
        retries,
        columns=checker.columns,
        rows=_shown(checker, found[:PAGE]),
        groups=[_group(checker, one) for one in sheets.groups_of(job.account_id, job.id, MOST_GROUPS)],
        counts=sheets.counts_of(job.account_id, job.id),
        on=found[PAGE - 1].row_number if len(found) > PAGE else None,
    )


def save_edits(actor: Actor, public_id: str, edits: Edits, left_out: Collection[int]) -> list[EditedRow]:
    """Keep what a user typed into the rows of a page, also what is still wrong, and return these rows.

    `left_out` are the rows to leave out; the others are not. Rows that are not in the sheet, or that a retry
    has taken, are ignored. The audit log counts the rows that change, without their values. Raises NotFound
    and FileGone.
    """
    with transaction():
        job = _held(actor, public_id)
        checker = RowChecker(job)
        rows = sheets.rows_numbered(job.account_id, job.id, list(edits)[: 2 * PAGE])
        earlier = sheets.earlier_edits(job.account_id, job.id, [row.source_row for row in rows])
        typed = [_typed(checker, row, edits[row.row_number]) for row in rows]
        verdicts = checker.check([given | changes for given, changes in typed])
        changed: list[int] = []
        for row, (_, changes), verdict in zip(rows, typed, verdicts, strict=True):
            is_out = row.row_number in left_out
            values = _values(row, changes, verdict, earlier.get(row.source_row), is_out)
            if _is_change(row, values):
                sheets.write_edits(row, values)
                changed.append(row.source_row)
        if changed:
            row_facts = {"row": changed[0]} if len(changed) == 1 else {}
            facts = {"rows": len(changed), "kind": job.kind} | row_facts
            activity.record(actor, "job_rows_edited", "job", job.public_id, **facts)
        resolve(job)
        again = sheets.rows_numbered(job.account_id, job.id, [row.row_number for row in rows])
        return _shown(checker, again)


def fix_all(actor: Actor, public_id: str, group: SameError) -> int:
    """Apply the suggested repair to all rows with the same error that nobody has edited; return their
    number."""
    return _for_group(actor, public_id, group, sheets.fix_group, "job_rows_fixed")


def take_fix_back(actor: Actor, public_id: str, group: SameError) -> int:
    """Take the suggested repair of these rows back; return their number."""
    return _for_group(actor, public_id, group, sheets.unfix_group, "job_fix_taken_back")


def leave_all_out(actor: Actor, public_id: str, group: SameError) -> int:
    """Leave out all rows with the same error; return their number."""
    return _for_group(actor, public_id, group, sheets.leave_out_group, "job_rows_left_out")


def _for_group(actor: Actor, public_id: str, group: SameError, change: Any, action: str) -> int:
    with transaction():
        job = _held(actor, public_id)
        rows: int = change(job.account_id, job.id, group)
        if rows:
            activity.record(actor, action, "job", job.public_id, rows=rows, kind=job.kind)
            resolve(job)
        return rows


def _held(actor: Actor, public_id: str) -> EnrollmentJob:
    """Return the job with its sheet, locked against retries until the transaction ends."""
    job = locked_job(actor, public_id)
    sheet = sheets.sheet_of(job.account_id, job.id)
    if sheet is None or sheet.filled_at is None:
        raise NotFound("NOT_FOUND", "The rows of this job haven’t been opened for fixing.")
    return job


def _typed(
    checker: RowChecker, row: FixingRow, given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return (the cells of a row as in the sheet, those that differ from them)."""
    cells: dict[str, str] = json.loads(row.cells)
    known = {str(column.position) for column in checker.columns}
    before = cells | (json.loads(row.edits) if row.edits else {})
    now = before | {at: text[:LONGEST_SHOWN] for at, text in given.items() if at in known}
    return cells, {at: text for at, text in now.items() if text != cells.get(at, "")}


def _values(
    row: FixingRow, changes: Mapping[str, str], verdict: Verdict, earlier: str | None, is_left_out: bool
) -> dict[str, Any]:
    state = LEFT_OUT if is_left_out else READY if changes and verdict.problem is None else OPEN
    return {"edits": merged(earlier, changes) if changes else None, "state": state}


def _is_change(row: FixingRow, values: Mapping[str, Any]) -> bool:
    """Return whether values differ from those of a row that no retry has taken."""
    before, after = (json.loads(edits) if edits else None for edits in (row.edits, values["edits"]))
    return row.state != TAKEN and (row.state != values["state"] or before != after)


def _shown(checker: RowChecker, rows: Sequence[FixingRow]) -> list[EditedRow]:
    cells = [json.loads(row.cells) | (json.loads(row.edits) if row.edits else {}) for row in rows]
    verdicts = checker.check(cells)
    return [
        _edited(checker, row, given, verdict)
        for row, given, verdict in zip(rows, cells, verdicts, strict=True)
    ]


def _edited(checker: RowChecker, row: FixingRow, cells: Mapping[str, str], verdict: Verdict) -> EditedRow:
    problem = verdict.problem
    if problem is None and row.edits is None and row.outcome == Outcome.VALIDATION_ERROR:
        problem = row.detail or "blank"  # what was wrong depends on more than the cells
    at = verdict.at if verdict.at is not None else checker.identifying
    sentence = sentence_of(problem) if problem else ""
    return EditedRow(
        number=row.row_number,
        row=row.source_row,
        line=row.line,
        state=row.state,
        cells=[
            EditedCell(
                column,
                cells.get(str(column.position), ""),
                sentence if column.position == at else "",
                UNREAD if column.position in verdict.unread else "",
            )
            for column in checker.columns
        ],
        problem=sentence,
        is_changed=row.edits is not None,
    )


UNREAD = "This value can’t be read and will be left out."


def sentence_of(problem: str) -> str:
    """Return the sentence for what is wrong with a row."""
    if problem == NOT_FOUND:
        return reason(Outcome.CONTACT_NOT_FOUND, None)
    return reason(Outcome.VALIDATION_ERROR, problem)


def _group(checker: RowChecker, counted: CountedGroup) -> ErrorGroup:
    group, sample = counted.group, counted.sample
    at = str(checker.identifying)
    after = json.loads(sample.suggestion).get(at, "") if sample.suggestion else ""
    return ErrorGroup(
        group=group,
        rows=counted.rows,
        fixed=counted.fixed,
        message=reason(Outcome(group.outcome), group.detail),
        before=json.loads(sample.cells).get(at, ""),
        after=after,
    )
