"""Retrying the failed rows of a job, and undoing a job."""

from typing import Annotated, Final

from flask import Blueprint
from pydantic import Field

from app.bulk_enrollment.application.fixing.retry import retry_failures as retry
from app.bulk_enrollment.application.undo.undoing import undo_job as undo
from app.bulk_enrollment.presentation.api.jobs import ONE
from app.bulk_enrollment.presentation.api.schemas import Job
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT, JOB_PLACE, JobResult, created
from app.bulk_enrollment.presentation.report.downloads import outcomes_named
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.schemas import Query

_MOST_OUTCOMES: Final = 20


class RetryQuery(Query):
    """Which rows to retry."""

    outcome: Annotated[
        list[str],
        Field(max_length=_MOST_OUTCOMES, description="Outcome codes, may be repeated; all without it."),
    ] = Field(default_factory=list)


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    blueprint.post(f"{ONE}/retry-failures")(retry_failures)
    blueprint.post(f"{ONE}/undo")(undo_job)


@operation(ENROLLMENT, Job, status=201, idempotent=True, headers=JOB_PLACE, errors=(404, 409))
def retry_failures(public_id: str, query: RetryQuery) -> JobResult:
    """Retry the failed rows of a job

    Starts a new job of the rows whose failure a retry can help (`retryable`), and of those that were fixed in
    Muster. `parent_job_id` of the new job is this one. If all of them have been retried already, the response
    is 409 with `retry`, the id of the latest retry. Needs the scope `workflow:manage`, for an import
    `contact:manage`.
    """
    outcomes = outcomes_named(query.outcome) if query.outcome else None
    job = retry(web.actor(), public_id, outcomes=outcomes, with_fixed=outcomes is None)
    return created(job.public_id)


@operation(ENROLLMENT, Job, status=201, headers=JOB_PLACE, errors=(404, 409))
def undo_job(public_id: str) -> JobResult:
    """Undo a job

    Starts a job that takes the contacts out of the workflow that are still in it, and removes the contacts
    and tags that this job added and nothing else has touched. Possible within 24 hours. Undoing twice returns
    the same job. Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return created(undo(web.actor(), public_id).public_id)
