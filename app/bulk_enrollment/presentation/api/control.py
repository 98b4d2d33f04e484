"""What a job does next: another start or pace, pause, resume, cancel, and a second person's decision."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from flask import Blueprint
from pydantic import ConfigDict

from app.accounts.domain import Actor
from app.bulk_enrollment.application.control import approvals, schedule, stopping
from app.bulk_enrollment.application.control.pace_changes import change_pace
from app.bulk_enrollment.application.job_facts import facts_after_change
from app.bulk_enrollment.presentation.api.jobs import ETAG, ONE, etag_of_job
from app.bulk_enrollment.presentation.api.requests import named_as_sent
from app.bulk_enrollment.presentation.api.schemas import Job
from app.bulk_enrollment.presentation.api.shapes import job_of
from app.bulk_enrollment.presentation.api.starting import ENROLLMENT
from app.platform import web
from app.platform.api.conditional import raise_if_changed
from app.platform.api.moments import Moment
from app.platform.api.operations import operation
from app.platform.api.pace import NewDrip, Zone
from app.platform.api.schemas import Body, described
from app.platform.errors import fields_renamed

_NO_PACE: Final = {409: "The job is over, or enrolls nobody."}


class JobChanges(Body):
    """The new start of a scheduled job."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"scheduled_at": "2026-03-02T09:00:00+01:00", "time_zone": "Europe/Berlin"}]
        }
    )

    scheduled_at: Annotated[Moment, described("When to start, within the next year.")]
    time_zone: Annotated[
        Zone | None, described("Time zone in which the start is shown; unchanged without it.")
    ] = None


def add_to(blueprint: Blueprint) -> None:
    """Register the operations."""
    blueprint.patch(ONE)(update_job)
    blueprint.put(f"{ONE}/drip")(set_drip)
    blueprint.delete(f"{ONE}/drip")(remove_drip)
    for name, view in (
        ("start", start_job),
        ("pause", pause_job),
        ("resume", resume_job),
        ("cancel", cancel_job),
        ("approve", approve_job),
        ("refuse", refuse_job),
    ):
        blueprint.post(f"{ONE}/{name}")(view)


@operation(
    ENROLLMENT,
    Job,
    conditional=True,
    headers=ETAG,
    says={409: "The job is not scheduled any more (`CONFLICT`, `JOB_FINISHED`)."},
)
def update_job(public_id: str, body: JobChanges) -> tuple[Job, int, dict[str, str]]:
    """Change the start of a scheduled job

    Possible until the job starts. To start it now, use `POST …/start`; to cancel it, `POST …/cancel`.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    with named_as_sent("", options=""):
        schedule.reschedule_job(
            web.actor(), public_id, body.scheduled_at, body.time_zone or "", check=_raise_if_changed
        )
    changed = facts_after_change(web.actor(), public_id)
    return job_of(changed), 200, {"ETag": etag_of_job(changed.job)}


@operation(ENROLLMENT, Job, says=_NO_PACE)
def set_drip(public_id: str, body: NewDrip) -> Job:
    """Change the pace of a job

    Spreads the people who are left over time. Needs the scope `workflow:manage`.
    """
    with fields_renamed(lambda name: name.removeprefix("drip_")):
        change_pace(web.actor(), public_id, body.drip(web.actor().time_zone))
    return job_of(facts_after_change(web.actor(), public_id))


@operation(ENROLLMENT, Job, says=_NO_PACE)
def remove_drip(public_id: str) -> Job:
    """Add the people who are left at once

    Ends the drip of a job.
    Needs the scope `workflow:manage`.
    """
    change_pace(web.actor(), public_id, None)
    return job_of(facts_after_change(web.actor(), public_id))


@operation(ENROLLMENT, Job, errors=(400,), says={409: "The job is not scheduled any more."})
def start_job(public_id: str) -> Job:
    """Start a scheduled job now

    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return _after(schedule.start_scheduled_job, public_id)


@operation(ENROLLMENT, Job, says={409: "The job is not running (`CONFLICT`, `JOB_FINISHED`)."})
def pause_job(public_id: str) -> Job:
    """Pause a job

    Batches that are running finish; no more are started until the job is resumed. Nothing happens if it is
    paused, so the request can be repeated.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return _after(stopping.pause_job, public_id)


@operation(ENROLLMENT, Job, says={409: "The job is neither paused nor running, or it waits for approval."})
def resume_job(public_id: str) -> Job:
    """Resume a paused job

    A job whose workflow is paused resumes when the workflow is active again (`paused_by` reads
    `workflow`). Nothing happens if it is running, so the request can be repeated.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return _after(stopping.resume_job, public_id)


@operation(ENROLLMENT, Job, says={409: "The job is over, or already being canceled."})
def cancel_job(public_id: str) -> Job:
    """Cancel a job

    Batches that are running finish, the rest is skipped, and nothing is undone. The status reads
    `cancelling`, then `cancelled`; a job that has not started is canceled at once.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return _after(stopping.cancel_job, public_id)


@operation(ENROLLMENT, Job, says={409: "The job needs no approval, or no longer waits for it."})
def approve_job(public_id: str) -> Job:
    """Approve a job

    Lets a job run that is larger than the account allows without a second person (`paused_by` reads
    `approval`). The token must be another user’s than the one who started the job.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return _after(approvals.approve_job, public_id)


@operation(ENROLLMENT, Job, says={409: "The job needs no approval, or no longer waits for it."})
def refuse_job(public_id: str) -> Job:
    """Refuse a job

    Cancels a job that waits for a second person; nobody has been added by it.
    Needs the scope `workflow:manage`, for an import `contact:manage`.
    """
    return _after(approvals.refuse_job, public_id)


def _after(change: Callable[[Actor, str], object], public_id: str) -> Job:
    """Make a change, and return the job as it is then."""
    change(web.actor(), public_id)
    return job_of(facts_after_change(web.actor(), public_id))


def _raise_if_changed(job: Any) -> None:
    raise_if_changed(etag_of_job(job))
