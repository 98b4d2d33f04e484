"""Verification of a job: its figures are counted again from selection, ledger, and enrollments, and compared
with those that pages show."""

from dataclasses import dataclass

from app.bulk_enrollment.application.selection.rows import count_rows
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure import invariants, queries
from app.bulk_enrollment.infrastructure.figures import job_figures
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files


@dataclass(frozen=True)
class Check:
    """One condition, with two figures that must be equal."""

    says: str
    expected: int
    found: int

    @property
    def holds(self) -> bool:
        return self.expected == self.found


def verify_job(job: EnrollmentJob) -> list[Check]:
    """Return all checks of a job; for an unfinished one, only those that must hold at any time."""
    account_id = job.account_id
    ledger = queries.ledger_outcomes(account_id, job.id)
    figures = job_figures(account_id, [job.id])[job.id]
    enrolled = ledger.get(Outcome.ENROLLED, 0)
    checks = [
        Check(
            "enrollments made by the job = rows that say enrolled",
            enrolled,
            invariants.enrollments_of_job(account_id, job.id),
        ),
        Check(
            "enrolled rows without exactly one enrollment",
            0,
            invariants.enrolled_rows_without_enrollment(account_id, job.id),
        ),
        Check(
            "rows with an outcome = rows that the batches count",
            sum(rows for outcome, rows in ledger.items() if outcome is not None),
            figures.succeeded + figures.failed + figures.skipped,
        ),
    ]
    if job.workflow_id is not None:
        twice = invariants.people_in_twice(account_id, job.workflow_id)
        checks.append(Check("people enrolled twice in the workflow", 0, twice))
    if job.status in FINISHED and job.status != JobStatus.FAILED:
        checks += _at_the_end(job, ledger)
    return checks


def _at_the_end(job: EnrollmentJob, ledger: dict[Outcome | None, int]) -> list[Check]:
    checks = _against_selection(job, ledger)
    if job.planned_at is None:
        return checks
    checks.append(Check("rows without an outcome", 0, ledger.get(None, 0)))
    for outcome in Outcome:
        reported, counted = job.totals.get(outcome.name, 0), ledger.get(outcome, 0)
        if reported or counted:
            checks.append(Check(f"{outcome.name} reported = counted", reported, counted))
    return checks


def _against_selection(job: EnrollmentJob, ledger: dict[Outcome | None, int]) -> list[Check]:
    try:
        selected = count_rows(job)
    except files.FileGone:
        return [Check("uploaded files that are no longer on this server", 0, 1)]
    rows = "rows in the file" if job.upload_id else "selected contacts"
    if job.planned_at is None:
        cancelled = job.totals.get("CANCELLED", 0)
        return [Check(f"{rows} = rows counted as canceled", selected, cancelled)]
    return [
        Check(f"{rows} = rows of the job", selected, job.total),
        Check(f"{rows} = sum of all outcomes", selected, sum(ledger.values())),
    ]
