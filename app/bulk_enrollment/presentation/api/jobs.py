"""Listing jobs, and reading one and its progress."""

from typing import Annotated, Any, Final, Literal

from flask import Blueprint, Response

from app.bulk_enrollment.application.job_document import job_document
from app.bulk_enrollment.application.job_facts import job_facts, list_job_facts
from app.bulk_enrollment.application.report.live_progress import read_progress
from app.bulk_enrollment.application.report.progress_object import progress_object
from app.bulk_enrollment.domain.job import ANY_UNFINISHED
from app.bulk_enrollment.infrastructure.job_facts.jobs import JobSearch
from app.bulk_enrollment.presentation.api.schemas import Job, Progress, StatusName
from app.bulk_enrollment.presentation.api.shapes import job_of
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT
from app.platform import web
from app.platform.api.conditional import etag_of
from app.platform.api.example_ids import WORKFLOW_ID
from app.platform.api.moments import EXAMPLE_MOMENT, Moment
from app.platform.api.operations import operation
from app.platform.api.paging import page_of_documents, read_cursor, write_cursor
from app.platform.api.schemas import Page, PageQuery, described

ONE: Final = "/bulk-enrollment/jobs/<public_id>"
ETAG: Final = {"ETag": "Identifies the status and the start of the job, for `If-Match`."}
Status = Literal[ANY_UNFINISHED, StatusName]


class JobQuery(PageQuery):
    """Filters of the list; all that are given must be met."""

    status: Annotated[
        Status | None, described("A status; `unfinished`: all that can still change.", "processing")
    ] = None
    workflow: Annotated[str, described("ID of a workflow.", WORKFLOW_ID, max_length=36)] = ""
    kind: Annotated[
        Literal["enroll", "import", "undo"] | None, described("Enrollments, imports, or undos.", "enroll")
    ] = None
    created_from: Annotated[
        Moment | None, described("Only jobs that were created at this time or later.", EXAMPLE_MOMENT)
    ] = None
    created_before: Annotated[
        Moment | None, described("Only jobs that were created before this time.", EXAMPLE_MOMENT)
    ] = None


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    blueprint.get("/bulk-enrollment/jobs")(list_jobs)
    blueprint.get(ONE)(get_job)
    blueprint.get(f"{ONE}/progress")(get_job_progress)


@operation(ENROLLMENT, Page[Job], permission="report:view", headers={"Link": "The next page."})
def list_jobs(query: JobQuery) -> Response:
    """List jobs

    Enrollments, imports, and undos, newest first.
    """
    wanted = JobSearch(
        kind=query.kind or "",
        status=query.status or "",
        workflow_id=query.workflow,
        since=query.created_from,
        until=query.created_before,
    )
    cursor = read_cursor(query.cursor, int)
    page = list_job_facts(web.actor(), wanted, cursor[0] if cursor else None, query.limit)
    jobs = [job_document(facts) for facts in page.jobs]
    return page_of_documents(jobs, write_cursor(page.next) if page.next is not None else None)


@operation(ENROLLMENT, Job, permission="report:view", headers=ETAG)
def get_job(public_id: str) -> tuple[Job, int, dict[str, str]]:
    """Get a job"""
    found = job_facts(web.actor(), public_id)
    return job_of(found), 200, {"ETag": etag_of_job(found.job)}


@operation(ENROLLMENT, Progress, permission="report:view")
def get_job_progress(public_id: str) -> Progress:
    """Get the progress of a job"""
    return Progress(**progress_object(public_id, read_progress(web.actor(), public_id)))


def etag_of_job(job: Any) -> str:
    """Return the entity tag of what can be changed of a job: its status and its start."""
    return etag_of(job.public_id, job.status, job.options.scheduled_at, job.options.time_zone)
