"""Failed and skipped rows of a job as text, in pages."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.report.shown_jobs import ShownJob
from app.bulk_enrollment.domain.job import FINISHED
from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome, reason, remark
from app.bulk_enrollment.infrastructure import problem_rows, row_facts
from app.bulk_enrollment.infrastructure.figures import job_figures
from app.bulk_enrollment.infrastructure.job_facts.jobs import row_source
from app.bulk_enrollment.infrastructure.problem_rows import ProblemFilter, ProblemRow
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.errors import NotFound

PAGE = 25


@dataclass(frozen=True)
class Problem:
    """A row that was not processed successfully.

    `contact_id` and `contact` (a name, possibly empty) are set if the contact is known and still exists;
    `batch` and `at` say when it was processed.
    """

    row: int
    line: int
    address: str
    contact_id: int | None
    contact: str
    outcome: Outcome
    message: str
    remark: str | None
    batch: int | None
    at: datetime | None


@dataclass(frozen=True)
class ProblemPage:
    """A page of rows. `back` and `on` are the row numbers for the adjacent pages, or None."""

    problems: list[Problem]
    back: int | None
    on: int | None


@dataclass(frozen=True)
class ProblemList:
    """Rows, and the row number to continue after, None at the end. `identifier` is what contacts are matched
    by: email, phone, or contact_id."""

    problems: list[Problem]
    on: int | None
    identifier: str | None


def show_problems(
    shown: ShownJob, wanted: ProblemFilter, after: int | None, before: int | None
) -> ProblemPage:
    """Return the page after row number `after`, before `before`, or the first one. No outcomes mean all."""
    job = shown.job
    wanted = replace(
        wanted, outcomes=tuple(one for one in wanted.outcomes or shown.problems if one in shown.problems)
    )
    if not wanted.outcomes:
        return ProblemPage([], None, None)
    if before is not None and after is None:
        found = problem_rows.rows_beyond(
            job.account_id, job.id, wanted, before, PAGE + 1, is_over=shown.is_over, backwards=True
        )
        if len(found) > PAGE:
            return _page(job, found[:PAGE][::-1], has_back=True, has_on=True)
    found = problem_rows.rows_beyond(job.account_id, job.id, wanted, after, PAGE + 1, is_over=shown.is_over)
    return _page(job, found[:PAGE], has_back=after is not None, has_on=len(found) > PAGE)


def expected_problems(job: EnrollmentJob, after: int | None) -> ProblemPage:
    """Return the page of the rows that a planned undo would leave alone, after row number `after`."""
    outcomes = tuple(Outcome[name] for name, rows in job.expected.items() if rows)
    wanted = ProblemFilter(tuple(one for one in outcomes if one >= FIRST_PROBLEM))
    if not wanted.outcomes:
        return ProblemPage([], None, None)
    found = problem_rows.planned_rows(job.account_id, job.id, wanted, after, PAGE + 1)
    return _page(job, found[:PAGE], has_back=False, has_on=len(found) > PAGE)


def list_problems(
    actor: Actor, public_id: str, wanted: ProblemFilter, after: int | None, limit: int
) -> ProblemList:
    """Return up to `limit` rows after row number `after` in the wanted order. No outcomes mean all.

    Raises NotAllowed and NotFound.
    """
    accounts.require(actor, Permission.REPORTS)
    account_id = actor.account_id
    job = row_source(account_id, public_id)
    if job is None:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    is_over = job.status in FINISHED
    counts = job.totals if is_over else job_figures(account_id, [job.id])[job.id].outcomes
    there = [one for one in Outcome if one >= FIRST_PROBLEM and counts.get(one.name)]
    outcomes = tuple(one for one in there if not wanted.outcomes or one in wanted.outcomes)
    if not outcomes:
        return ProblemList([], None, job.identifier)
    wanted = replace(wanted, outcomes=outcomes)
    rows = problem_rows.rows_beyond(account_id, job.id, wanted, after, limit + 1, is_over=is_over)
    on = rows[limit - 1].row_number if len(rows) > limit else None
    return ProblemList(_in_words(account_id, job.id, rows[:limit]), on, job.identifier)


def _page(job: EnrollmentJob, rows: list[ProblemRow], *, has_back: bool, has_on: bool) -> ProblemPage:
    return ProblemPage(
        problems=_in_words(job.account_id, job.id, rows),
        back=rows[0].row_number if rows and has_back else None,
        on=rows[-1].row_number if rows and has_on else None,
    )


def _in_words(account_id: int, job_id: int, rows: list[ProblemRow]) -> list[Problem]:
    contacts = row_facts.known_contacts(account_id, [row.contact_id for row in rows if row.contact_id])
    batches = row_facts.batches_of(account_id, job_id, [row.row_number for row in rows])
    found = []
    for row in rows:
        outcome, batch = Outcome(row.outcome), batches.get(row.row_number)
        contact = contacts.get(row.contact_id) if row.contact_id else None
        # Contacts that were selected without a file are rows of ids; their addresses say more.
        is_id = contact is not None and row.address == str(row.contact_id)
        address = contact.address if contact and is_id else row.address
        found.append(
            Problem(
                row=row.in_file,
                line=row.line,
                address=address,
                contact_id=row.contact_id if contact else None,
                contact=contact.name if contact else "",
                outcome=outcome,
                message=reason(outcome, row.detail),
                remark=remark(row.note),
                batch=batch.number if batch else None,
                at=batch.finished_at if batch else None,
            )
        )
    return found
