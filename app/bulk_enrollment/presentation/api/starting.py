"""Starting a job or an import, and dry runs of both."""

from typing import Final

from flask import Blueprint, url_for

from app.bulk_enrollment.application.job_facts import facts_after_change
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report.dry_runs import planned_run
from app.bulk_enrollment.presentation.api.requests import (
    NewImport,
    NewJob,
    enrollment_of,
    import_of,
    named_as_sent,
)
from app.bulk_enrollment.presentation.api.schemas import DryRun, Job
from app.bulk_enrollment.presentation.api.shapes import dry_run_of_plan, job_of
from app.platform import web
from app.platform.api.operations import operation
from app.workflows import application as workflows

ENROLLMENT, CONTACTS = "Bulk enrollment", "Contacts"
JOB_PLACE: Final = {"Location": "URL of the job."}
RUN_PLACE: Final = {"Location": "URL of the dry run."}
REFUSALS: Final = {
    400: "More rows than a job may have (`CONTACT_LIMIT_EXCEEDED`, with `limit` and `count`).",
    409: "The workflow is not active (`WORKFLOW_NOT_ACTIVE`), or questions about consent are open "
    "(`CONFIRMATION_NEEDED`, with `questions` and `how_to_answer`).",
    429: "The rate limit, or the limit of unfinished jobs (`JOB_LIMIT_REACHED`) or of storage "
    "(`STORAGE_LIMIT_REACHED`), is reached.",
}
OF_IMPORTS: Final = REFUSALS | {409: "The file leaves questions about consent open (`CONFIRMATION_NEEDED`)."}

JobResult = tuple[Job, int, dict[str, str]]
RunResult = tuple[DryRun, int, dict[str, str]]


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    into = "/bulk-enrollment/workflows/<public_id>"
    blueprint.post(f"{into}/jobs")(create_job)
    blueprint.post(f"{into}/dry-run")(create_dry_run)
    blueprint.post("/contacts/import")(import_contacts)
    blueprint.post("/contacts/import/dry-run")(check_import)


@operation(
    ENROLLMENT,
    Job,
    status=201,
    permission="workflow:manage",
    idempotent=True,
    headers=JOB_PLACE,
    says=REFUSALS,
)
def create_job(public_id: str, body: NewJob) -> JobResult:
    """Enroll contacts in a workflow

    Starts a job that enrolls the selected people, in the background. While a question about consent of the
    file is open, nothing is started, and the response is 409 with the code `CONFIRMATION_NEEDED`, the
    `questions`, and `how_to_answer`.
    """
    return _started(_enrollment(public_id, body), "selection.")


@operation(
    ENROLLMENT,
    DryRun,
    status=202,
    permission="workflow:manage",
    idempotent=True,
    headers=RUN_PLACE,
    says=REFUSALS,
)
def create_dry_run(public_id: str, body: NewJob) -> RunResult:
    """Check what a job would do

    Plans the job in the background without changing anything. Poll the dry run until it is `ready`, then
    start it. It replaces your earlier dry run of the same file.
    """
    return _planned(_enrollment(public_id, body), "selection.")


@operation(
    CONTACTS,
    Job,
    status=201,
    permission="contact:manage",
    idempotent=True,
    headers=JOB_PLACE,
    errors=(404,),
    says=OF_IMPORTS,
)
def import_contacts(body: NewImport) -> JobResult:
    """Import a file into the contacts

    Starts a job that adds and updates contacts without enrolling them. Questions about consent are answered
    as for an enrollment.
    """
    return _started(_import(body), "")


@operation(
    CONTACTS,
    DryRun,
    status=202,
    permission="contact:manage",
    idempotent=True,
    headers=RUN_PLACE,
    errors=(404,),
    says=OF_IMPORTS,
)
def check_import(body: NewImport) -> RunResult:
    """Check what an import would do

    As for a job. Start it with `POST /bulk-enrollment/dry-runs/{id}/start`.
    """
    return _planned(_import(body), "")


def _enrollment(public_id: str, body: NewJob) -> JobRequest:
    actor = web.actor()
    workflow = workflows.find_workflow(actor, public_id)
    with named_as_sent("selection."):
        return enrollment_of(actor, workflow.public_id, body)


def _import(body: NewImport) -> JobRequest:
    with named_as_sent(""):
        return import_of(web.actor(), body)


def _started(wanted: JobRequest, prefix: str) -> JobResult:
    with named_as_sent(prefix):
        job = start.start_job(web.actor(), wanted)
    return created(job.public_id)


def created(public_id: str) -> JobResult:
    """Return the response for a job that was started."""
    place = url_for("api_bulk_enrollment.get_job", public_id=public_id)
    return job_of(facts_after_change(web.actor(), public_id)), 201, {"Location": place}


def _planned(wanted: JobRequest, prefix: str) -> RunResult:
    with named_as_sent(prefix):
        job = start.dry_run(web.actor(), wanted)
    place = url_for("api_bulk_enrollment.get_dry_run", public_id=job.public_id)
    actor = web.actor()
    planned = dry_run_of_plan(planned_run(actor, job.public_id), actor.time_zone)
    return planned, 202, {"Location": place}
