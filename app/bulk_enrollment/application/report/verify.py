"""Verification of a job: its figures are counted again from selection, ledger, and enrollments, and compared
with those that pages show."""

from dataclasses import dataclass

from app.bulk_enrollment.application.selection.rows import count_rows
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.figures import job_figures
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.bulk_enrollment.infrastructure.verification import invariants
from app.engine import application as engine
from app.files import application as files
from app.platform.database import one_snapshot
from app.platform.text.words import counted


@dataclass(frozen=True)
class Check:
    """One condition, with two figures that must be equal: `says` for the terminal, `sentence` for pages.
    `unit` is what both count."""

    says: str
    expected: int
    found: int
    sentence: str
    unit: str = "row"

    @property
    def holds(self) -> bool:
        return self.expected == self.found

    @property
    def expected_words(self) -> str:
        return self._in_words(self.expected)

    @property
    def found_words(self) -> str:
        return self._in_words(self.found)

    def _in_words(self, figure: int) -> str:
        """“6 rows”; “None” for 0, which most checks expect."""
        return counted(figure, self.unit) if figure else "None"


def verify_job(job: EnrollmentJob) -> list[Check]:
    """Return all checks of a job; for an unfinished one, only those that must hold at any time."""
    one_snapshot()  # otherwise what a batch commits in between is missing on one side
    account_id = job.account_id
    ledger = queries.ledger_outcomes(account_id, job.id)
    figures = job_figures(account_id, [job.id])[job.id]
    checks = _of_enrollments(job, ledger)
    checks.append(
        Check(
            "rows with an outcome = rows that the batches count",
            sum(rows for outcome, rows in ledger.items() if outcome is not None),
            figures.succeeded + figures.failed + figures.skipped,
            "Rows with a result, compared with the sum of the batches.",
        )
    )
    if job.workflow_id is not None:
        twice = invariants.people_in_twice(account_id, job.workflow_id)
        checks.append(
            Check(
                "people enrolled twice in the workflow",
                0,
                twice,
                "Contacts that are in the workflow twice.",
                "contact",
            )
        )
        active, kept = engine.active_and_counted(account_id, job.workflow_id)
        checks.append(
            Check(
                "active enrollments in the workflow = their number as pages show it",
                active,
                kept,
                "Active enrollments in the workflow, compared with the number on its page.",
                "enrollment",
            )
        )
    if job.status in FINISHED and job.status != JobStatus.FAILED:
        checks += _at_the_end(job, ledger)
    return checks


def _of_enrollments(job: EnrollmentJob, ledger: dict[Outcome | None, int]) -> list[Check]:
    if job.kind == "undo":
        return _of_undo(job, ledger)
    account_id, enrolled = job.account_id, ledger.get(Outcome.ENROLLED, 0)
    return [
        Check(
            "enrollments made by the job = rows that say enrolled",
            enrolled,
            invariants.enrollments_of_job(account_id, job.id),
            "Enrollments by this job, one for each row that says “Added to workflow”."
            if job.workflow_id is not None
            else "Enrollments by this import, which enrolls nobody.",
            "enrollment",
        ),
        Check(
            "enrolled rows without exactly one enrollment",
            0,
            invariants.enrolled_rows_without_enrollment(account_id, job.id),
            "Rows that say “Added to workflow” without exactly one enrollment.",
        ),
    ]


def _of_undo(job: EnrollmentJob, ledger: dict[Outcome | None, int]) -> list[Check]:
    undone = (Outcome.WITHDRAWN, Outcome.CONTACT_REMOVED)
    checks = []
    if job.workflow_id is not None:
        checks.append(
            Check(
                "enrollments ended by the undo = rows that say so",
                sum(ledger.get(one, 0) for one in undone),
                invariants.rows_with_undone_enrollment(job.account_id, job.id),
                "Enrollments that the undo ended, one for each person reported as removed from the workflow.",
                "enrollment",
            )
        )
    still_there = invariants.removed_contacts_still_there(job.account_id, job.id)
    checks.append(
        Check(
            "removed contacts that still exist",
            0,
            still_there,
            "Contacts that are reported as removed but still exist.",
            "contact",
        )
    )
    return checks


def _at_the_end(job: EnrollmentJob, ledger: dict[Outcome | None, int]) -> list[Check]:
    checks = _against_selection(job, ledger)
    if job.planned_at is None:
        return checks
    without = ledger.get(None, 0)
    checks.append(Check("rows without an outcome", 0, without, "Rows without a result."))
    for outcome in Outcome:
        reported, counted = job.totals.get(outcome.name, 0), ledger.get(outcome, 0)
        if reported or counted:
            sentence = f"Rows with the result “{outcome.label}”, compared with the figure on the page."
            checks.append(Check(f"{outcome.name} reported = counted", reported, counted, sentence))
    return checks


def _against_selection(job: EnrollmentJob, ledger: dict[Outcome | None, int]) -> list[Check]:
    try:
        selected = count_rows(job)
    except files.FileGone:
        says = "uploaded files that are no longer on this server"
        return [Check(says, 0, 1, "Uploaded files that are no longer on this server.", "file")]
    rows, words = _source_words(job)
    if job.planned_at is None:
        cancelled = job.totals.get("CANCELLED", 0)
        sentence = f"{words}, compared with the rows counted as canceled."
        return [Check(f"{rows} = rows counted as canceled", selected, cancelled, sentence)]
    return [
        Check(
            f"{rows} = rows of the job", selected, job.total, f"{words}, compared with the rows of this job."
        ),
        Check(
            f"{rows} = sum of all outcomes",
            selected,
            sum(ledger.values()),
            f"{words}, compared with the sum of all results.",
        ),
    ]


def _source_words(job: EnrollmentJob) -> tuple[str, str]:
    """Return what the rows of a job are, for the terminal and for pages."""
    if job.has_source_rows:
        return "rows taken from the original job", "Rows taken from the original job"
    if job.upload_id:
        return "rows in the file", "Rows of the file"
    return "selected contacts", "Selected contacts"
