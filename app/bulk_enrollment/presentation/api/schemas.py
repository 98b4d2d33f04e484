"""Jobs, progress, rows, and dry runs in the terms of the API."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from app.bulk_enrollment.application.report.dry_runs import DryRun as PlannedDryRun
from app.bulk_enrollment.application.report.job_facts import JobFacts
from app.bulk_enrollment.application.report.problems import Problem as ProblemRow
from app.bulk_enrollment.domain.documents import FILE
from app.bulk_enrollment.domain.job import JobStatus
from app.platform.api.schemas import Schema

_NAMES: Final = {FILE: "csv"}  # of selections, where they differ from those in the database

Rows = Annotated[int, Field(description="Rows.")]


class Job(Schema):
    """A job: a bulk enrollment, an import, or the undo of another job (`kind` enroll, import, undo).

    `processed` = `succeeded` + `failed` + `skipped`, without rows that were canceled before their turn, which
    `skipped` includes. `outcomes` is {outcome: rows}; together they are all rows once the job is over. Ids of
    what has been deleted are null. `failure` says why a job with the status `failed` could not read its file.
    """

    id: str
    kind: str
    workflow_id: str | None
    workflow_name: str | None
    workflow_version: int | None
    status: str
    selection_type: str
    source_name: str
    upload_id: str | None
    parent_job_id: str | None
    total: Rows
    processed: Rows
    succeeded: Rows
    failed: Rows
    skipped: Rows
    outcomes: dict[str, int]
    batches: int
    batches_done: int
    percent: float
    tags: list[str]
    paused_by: Annotated[
        str | None, Field(description="`workflow`, `person`, `brake`, `canary`, or `approval`.")
    ]
    failure: str | None
    scheduled_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    created_by: str | None


class Progress(Schema):
    """Progress of a job. `rate` is in rows per second; it and `seconds_left` are null if unknown."""

    job_id: str
    status: str
    total: Rows
    processed: Rows
    succeeded: Rows
    failed: Rows
    skipped: Rows
    current_batch: int
    batches: int
    percent: float
    rate: float | None
    seconds_left: int | None


class Failure(Schema):
    """A row that failed or was skipped.

    `row` counts data rows from 1, `line` is the line in the file. `identifier` is what the file says, `email`
    the same if contacts are matched by email. `retryable`: trying the same row again can help. `batch` and
    `at` say when it was processed.
    """

    row: int
    line: int
    contact_id: int | None
    identifier: str
    email: str | None
    code: str
    counts_as: Annotated[str, Field(description="`failed` or `skipped`.")]
    message: str
    note: str | None
    retryable: bool
    batch: int | None
    at: datetime | None


class SampleRow(Schema):
    row: int
    line: int
    identifier: str
    message: str


class DryRun(Schema):
    """A dry run: what starting the job would do. Nothing is changed until it is started, and it expires after
    a day.

    `status` is `planning`, `ready`, `failed` (`failure` says why), or `started` (`job_id`). `percent` is how
    far planning is, if known; `waits_for_workers`: no worker is running. `outcomes` is {outcome: rows},
    `samples` {outcome: first rows}. `contacts_created`, `contacts_updated` and `changes` are known when it is
    ready; `changes` is {contact field: number of contacts whose field is `filled` or `overwritten`}.
    """

    id: str
    status: str
    workflow_id: str | None
    total: Rows
    percent: float | None
    waits_for_workers: bool
    headline: str | None
    outcomes: dict[str, int]
    contacts_created: int | None
    contacts_updated: int | None
    changes: dict[str, dict[str, int]]
    new_tags: list[str]
    seconds_estimated: int
    samples: dict[str, list[SampleRow]]
    failure: str | None
    job_id: str | None


def job_of(facts: JobFacts) -> Job:
    """Return a job in the terms of the API."""
    job, progress = facts.job, facts.progress
    return Job(
        id=job.public_id,
        kind=job.kind,
        workflow_id=job.workflow_id,
        workflow_name=job.workflow,
        workflow_version=job.workflow_version,
        status=job.status,
        selection_type=_NAMES.get(job.selection, job.selection),
        source_name=job.options.source_name,
        upload_id=job.upload_id,
        parent_job_id=job.parent_job_id,
        total=job.total,
        processed=progress.processed,
        succeeded=progress.succeeded,
        failed=progress.failed,
        skipped=progress.skipped,
        outcomes=facts.outcomes,
        batches=progress.batches,
        batches_done=progress.batches_done,
        percent=progress.percent,
        tags=list(job.options.tags),
        paused_by=job.paused_by if job.status == JobStatus.PAUSED else None,
        failure=job.failure,
        scheduled_at=job.options.scheduled_at,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.finished_at,
        created_by=job.created_by,
    )


def failure_of(row: ProblemRow, identifier: str | None) -> Failure:
    """Return a row in the terms of the API; `identifier` is what contacts are matched by."""
    return Failure(
        row=row.row,
        line=row.line,
        contact_id=row.contact_id,
        identifier=row.address,
        email=row.address if identifier == "email" else None,
        code=row.outcome.name,
        counts_as=row.outcome.counts_as,
        message=row.message,
        note=row.remark,
        retryable=row.outcome.retry_helps,
        batch=row.batch,
        at=row.at,
    )


def dry_run_in_words(run: PlannedDryRun) -> DryRun:
    """Return a dry run in the terms of the API."""
    return DryRun(
        id=run.job.public_id,
        status=_status(run),
        workflow_id=run.workflow.public_id if run.workflow else None,
        total=run.job.total,
        percent=100.0 if run.is_ready else run.percent,
        waits_for_workers=run.is_waiting,
        headline=run.headline if run.is_ready else None,
        outcomes={one.outcome.name: one.rows for one in run.expected},
        contacts_created=run.effects.created if run.is_ready else None,
        contacts_updated=run.effects.updated if run.is_ready else None,
        changes={
            one.field: {"filled": one.filled, "overwritten": one.overwritten} for one in run.effects.changes
        },
        new_tags=run.new_tags,
        seconds_estimated=round(run.seconds),
        samples={
            one.outcome.name: [
                SampleRow(row=row.row, line=row.line, identifier=row.text, message=row.message)
                for row in one.samples
            ]
            for one in run.expected
        },
        failure=run.job.failure,
        job_id=run.job.public_id if run.is_started else None,
    )


def _status(run: PlannedDryRun) -> str:
    if run.is_started:
        return "started"
    if run.has_failed:
        return "failed"
    return "ready" if run.is_ready else "planning"
