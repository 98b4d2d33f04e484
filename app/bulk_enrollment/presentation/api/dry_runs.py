"""Reading a dry run, and starting its job."""

from flask import Blueprint

from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.report.dry_runs import dry_run_of
from app.bulk_enrollment.presentation.api.requests import named_as_sent
from app.bulk_enrollment.presentation.api.schemas import DryRun, Job
from app.bulk_enrollment.presentation.api.shapes import dry_run_of_plan
from app.bulk_enrollment.presentation.api.starting import (
    ENROLLMENT,
    JOB_PLACE,
    REFUSALS,
    JobResult,
    created,
)
from app.platform import web
from app.platform.api.operations import operation


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    one = "/bulk-enrollment/dry-runs/<public_id>"
    blueprint.get(one)(get_dry_run)
    blueprint.post(f"{one}/start")(start_dry_run)


@operation(ENROLLMENT, DryRun, permission="report:view")
def get_dry_run(public_id: str) -> DryRun:
    """Get a dry run

    Poll it once a second while its status is `planning`.
    """
    actor = web.actor()
    return dry_run_of_plan(dry_run_of(actor, public_id), actor.time_zone)


@operation(ENROLLMENT, Job, status=201, headers=JOB_PLACE, says=REFUSALS)
def start_dry_run(public_id: str) -> JobResult:
    """Start the job of a dry run

    Every row is checked again, so nobody is enrolled by mistake if something has changed since. Starting
    twice returns the same job. Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    with named_as_sent("selection."):
        job = start.start_draft(web.actor(), public_id)
    return created(job.public_id)
