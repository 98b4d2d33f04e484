"""The results of a dry run: the plan of a draft job, in words."""

from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.dry_runs.plan_effects import PlanEffects, effects_of
from app.bulk_enrollment.application.report.left_out import LeftOutValues, left_out_of
from app.bulk_enrollment.domain.forecast import (
    Expected,
    SampleRow,
    headline,
    new_contacts,
    seconds_needed,
    words_of,
)
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.outcomes import Outcome, reason, remark
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure import queries, relatives
from app.bulk_enrollment.infrastructure.dry_runs.workflow_and_speed import recent_pace, workflow_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.files import application as files
from app.platform import queue
from app.platform.errors import NotFound
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class DryRun:
    """A draft and the expected outcomes of its rows, which are empty until planning is done.

    `is_waiting` means that it is not planned yet and no worker is running. `upload` is None if the contacts
    were not selected by a file. `effects` is what starting it would do to contacts; `creates` says how many
    new ones there will be, if the workflow adds any; `seconds` is the estimated duration of the job,
    `corrects` the public id of the job that it corrects.
    """

    job: EnrollmentJob
    upload: files.Upload | None
    workflow: Workflow | None
    is_waiting: bool
    expected: list[Expected]
    effects: PlanEffects
    creates: str
    seconds: float
    left_out: list[LeftOutValues]
    new_tags: list[str]
    corrects: str | None = None

    @property
    def is_of_file(self) -> bool:
        """Whether the rows are those of a file."""
        return isinstance(self.job.selection, FileSelection)

    @property
    def chosen_id(self) -> int | None:
        """The selection in the contact list that the contacts come from, if any."""
        selection = self.job.selection
        return None if isinstance(selection, FileSelection) else selection.chosen_id

    @property
    def is_ready(self) -> bool:
        return self.job.planned_at is not None

    @property
    def has_failed(self) -> bool:
        return self.job.failure is not None

    @property
    def is_started(self) -> bool:
        return self.job.status != JobStatus.DRAFT

    @property
    def percent(self) -> float | None:
        return (
            self.job.planned_rows * 100 / self.job.total if self.job.planned_rows and self.job.total else None
        )

    @property
    def to_be_done(self) -> int:
        return sum(one.rows for one in self.expected if one.outcome.counts_as == "succeeded")

    @property
    def headline(self) -> str:
        counts = {one.outcome: one.rows for one in self.expected}
        return headline(counts, self.workflow.name if self.workflow else None)


def dry_run_of(actor: Actor, public_id: str) -> DryRun:
    """Return a dry run by public id. Raises NotAllowed, and NotFound also for one that has expired."""
    accounts.require(actor, Permission.REPORTS)
    return planned_run(actor, public_id)


def planned_run(actor: Actor, public_id: str) -> DryRun:
    """Return a dry run that the actor has just requested, which includes the permission to see it."""
    job = queries.job_by_public_id(actor.account_id, public_id)
    if job is None or job.kind == "undo":
        raise NotFound(
            "JOB_NOT_FOUND", "This dry run has expired. Dry runs that aren’t started are deleted after a day."
        )
    is_ready = job.planned_at is not None
    workflow = workflow_of(actor.account_id, job.workflow_id) if job.workflow_id else None
    effects = effects_of(job, is_held=workflow is not None and workflow.held_until_started)
    original = relatives.original_of(actor.account_id, job)
    return DryRun(
        job=job,
        upload=files.upload_by_id(actor.account_id, job.upload_id) if job.upload_id else None,
        workflow=workflow,
        is_waiting=not is_ready and job.failure is None and queue.alive_workers() == 0,
        expected=_expected(job) if is_ready else [],
        effects=effects,
        creates=new_contacts(effects.created, effects.withheld) if job.workflow_id else "",
        left_out=left_out_of(job),
        new_tags=contacts.new_tags(actor.account_id, job.findings.get("tags", [])) if is_ready else [],
        seconds=seconds_needed(job.total, recent_pace(actor.account_id)),
        corrects=original.public_id if original else None,
    )


def choices_of(actor: Actor, public_id: str, upload: files.Upload) -> tuple[FileSelection, JobOptions] | None:
    """Return the selection and options of a dry run of this upload, or None if there is no such dry run."""
    job = queries.job_by_public_id(actor.account_id, public_id)
    if job is None or job.upload_id != upload.id or not isinstance(job.selection, FileSelection):
        return None
    return job.selection, job.options


def options_of(actor: Actor, public_id: str, chosen_id: int) -> JobOptions | None:
    """Return the options of a dry run of contacts that were selected together, or None if there is none."""
    job = queries.job_by_public_id(actor.account_id, public_id)
    if job is None or getattr(job.selection, "chosen_id", None) != chosen_id:
        return None
    return job.options


def _expected(job: EnrollmentJob) -> list[Expected]:
    """Return the expected outcomes in the order of their codes, which puts successful ones first."""
    counts = {Outcome[name]: rows for name, rows in job.expected.items()}
    return [
        Expected(outcome, counts[outcome], words_of(outcome, counts[outcome]), _samples(job, outcome))
        for outcome in sorted(counts)
    ]


def _samples(job: EnrollmentJob, outcome: Outcome) -> list[SampleRow]:
    found = queries.sample_rows(job.account_id, job.id, outcome)
    by_id = job.selection.identifier == "contact_id"
    names = contacts.contact_names(
        job.account_id, [row.contact_id for row in found if by_id and row.contact_id]
    )
    return [
        SampleRow(
            row.row_number,
            row.line,
            names.get(row.contact_id) or row.identifier or "",
            " ".join(filter(None, (_message(outcome, row.detail), remark(row.note)))),
        )
        for row in found
    ]


def _message(outcome: Outcome, detail: str | None) -> str:
    return "" if outcome.counts_as == "succeeded" else reason(outcome, detail)
