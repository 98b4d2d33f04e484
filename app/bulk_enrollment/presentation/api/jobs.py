"""Listing jobs, reading one and its progress, and controlling it."""

from typing import Annotated, Final, Literal

from flask import Blueprint
from pydantic import Field

from app.bulk_enrollment.application.jobs import control
from app.bulk_enrollment.application.report.job_facts import (
    facts_after_change,
    job_facts,
    list_job_facts,
    read_progress,
)
from app.bulk_enrollment.application.report.progress_object import progress_object
from app.bulk_enrollment.infrastructure.job_facts.jobs import JobSearch
from app.bulk_enrollment.presentation.api.schemas import Job, Progress, job_of
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.paging import page_of, read_cursor, write_cursor
from app.platform.api.schemas import Page, PageQuery

ONE: Final = "/bulk-enrollment/jobs/<public_id>"
Status = Literal[
    "unfinished",
    "scheduled",
    "pending",
    "validating",
    "queued",
    "processing",
    "paused",
    "cancelling",
    "completed",
    "completed_with_errors",
    "cancelled",
    "failed",
]


class JobQuery(PageQuery):
    """Filters of the list; all that are given must be met."""

    status: Annotated[Status | None, Field(description="A status; `unfinished` are all that can change.")] = (
        None
    )
    workflow: Annotated[str, Field(max_length=36, description="Id of a workflow.")] = ""
    kind: Annotated[
        Literal["enroll", "import", "undo"] | None, Field(description="Enrollments, imports, or undos.")
    ] = None


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    blueprint.get("/bulk-enrollment/jobs")(list_jobs)
    blueprint.get(ONE)(get_job)
    blueprint.get(f"{ONE}/progress")(get_job_progress)
    blueprint.post(f"{ONE}/cancel")(cancel_job)
    blueprint.post(f"{ONE}/pause")(pause_job)
    blueprint.post(f"{ONE}/resume")(resume_job)


@operation(ENROLLMENT, Page[Job], permission="report:view", headers={"Link": "The next page."})
def list_jobs(query: JobQuery) -> tuple[Page[Job], int, dict[str, str]]:
    """List jobs

    Enrollments, imports, and undos, newest first.
    """
    wanted = JobSearch(query.kind or "", query.status or "", query.workflow)
    cursor = read_cursor(query.cursor, int)
    page = list_job_facts(web.actor(), wanted, cursor[0] if cursor else None, query.limit)
    jobs = [job_of(facts) for facts in page.jobs]
    return page_of(jobs, write_cursor(page.next) if page.next is not None else None)


@operation(ENROLLMENT, Job, permission="report:view")
def get_job(public_id: str) -> Job:
    """Get a job"""
    return job_of(job_facts(web.actor(), public_id))


@operation(ENROLLMENT, Progress, permission="report:view")
def get_job_progress(public_id: str) -> Progress:
    """Get the progress of a job"""
    return Progress(**progress_object(public_id, read_progress(web.actor(), public_id)))


@operation(ENROLLMENT, Job, errors=(404, 409))
def cancel_job(public_id: str) -> Job:
    """Cancel a job

    Batches that are running finish, the rest is skipped, and nothing is undone. The status reads
    `cancelling`, then `cancelled`; a job that has not started is canceled at once.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    control.cancel_job(web.actor(), public_id)
    return _after_change(public_id)


@operation(ENROLLMENT, Job, errors=(404, 409))
def pause_job(public_id: str) -> Job:
    """Pause a job

    Batches that are running finish; no more are started until the job is resumed.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    control.pause_job(web.actor(), public_id)
    return _after_change(public_id)


@operation(ENROLLMENT, Job, errors=(404, 409))
def resume_job(public_id: str) -> Job:
    """Resume a paused job

    A job whose workflow is paused resumes when the workflow is active again (`paused_by` reads
    `workflow`).
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    control.resume_job(web.actor(), public_id)
    return _after_change(public_id)


def _after_change(public_id: str) -> Job:
    return job_of(facts_after_change(web.actor(), public_id))
