"""Retrying the failed rows of a job, and undoing a job."""

from typing import Annotated, Final

from flask import Blueprint
from pydantic import Field

from app.bulk_enrollment.application import undoing
from app.bulk_enrollment.application.fixing.retry import retry_failures as retry
from app.bulk_enrollment.presentation.api.jobs import ONE
from app.bulk_enrollment.presentation.api.schemas import Job, UndoPreview
from app.bulk_enrollment.presentation.api.shapes import undo_preview_of
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT, JOB_PLACE, JobResult, created
from app.bulk_enrollment.presentation.report.downloads import outcomes_named
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.schemas import Query, described
from app.platform.errors import Conflict

_MOST_OUTCOMES: Final = 20
_NOT_UNDONE: Final = {409: "The job can’t be undone, or not any more; `detail` says why."}


class RetryQuery(Query):
    """Which rows to retry."""

    outcome: Annotated[
        list[str],
        described(
            "Outcome codes, may be repeated; all without it.", ["TIMEOUT_ERROR"], max_length=_MOST_OUTCOMES
        ),
    ] = Field(default_factory=list)


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    blueprint.post(f"{ONE}/retry-failures")(retry_failures)
    blueprint.post(f"{ONE}/undo")(undo_job)
    blueprint.post(f"{ONE}/undo/dry-run")(check_undo)
    blueprint.get(f"{ONE}/undo/dry-run")(get_undo_check)


@operation(
    ENROLLMENT,
    Job,
    status=201,
    idempotent=True,
    headers=JOB_PLACE,
    says={
        409: "The job is not over, it has no rows to retry (`retry`: ID of the latest retry), or the "
        "workflow is not active (`WORKFLOW_NOT_ACTIVE`)."
    },
)
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


@operation(ENROLLMENT, Job, status=201, headers=JOB_PLACE, says=_NOT_UNDONE)
def undo_job(public_id: str) -> JobResult:
    """Undo a job

    Starts a job that removes from the workflow the contacts that are still in it, and deletes the contacts
    and tags that this job added and nothing else has used since. Possible within 24 hours. Undoing twice
    returns the same job. Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return created(undoing.undo_job(web.actor(), public_id).public_id)


@operation(ENROLLMENT, UndoPreview, status=202, says=_NOT_UNDONE)
def check_undo(public_id: str) -> tuple[UndoPreview, int]:
    """Check what undoing a job would change

    Calculates the figures in the background, in place of earlier ones. Poll them with `GET` until they are
    `ready`, then undo the job. Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    actor = web.actor()
    undoing.refresh_undo(actor, public_id)
    return undo_preview_of(undoing.figures_of(actor, public_id)), 202


@operation(
    ENROLLMENT,
    UndoPreview,
    permission="report:view",
    says={409: "The figures have not been asked for."},
)
def get_undo_check(public_id: str) -> UndoPreview:
    """Get what undoing a job would change"""
    figures = undoing.undo_figures(web.actor(), public_id)
    if figures.undo is None:
        raise Conflict("CONFLICT", "Ask for the figures first: POST to the same URL.")
    return undo_preview_of(figures)
