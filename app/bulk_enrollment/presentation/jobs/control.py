"""Requests that pause, resume or cancel a job. All are idempotent."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.jobs import control
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.domain.job import JobStatus
from app.platform import web
from app.platform.errors import Conflict

blueprint = Blueprint("job_control", __name__, url_prefix="/enrollments/<public_id>")


@blueprint.post("/pause")
def pause(public_id: str) -> ResponseReturnValue:
    control.pause_job(web.actor(), public_id)
    flash("Paused. Batches in progress will finish.", "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))


@blueprint.post("/pause/removal")
def resume(public_id: str) -> ResponseReturnValue:
    if control.resume_job(web.actor(), public_id) is None:
        flash("Resumed.", "success")
    else:
        flash("The job resumes when its workflow is active again.", "info")
    return web.send_to(url_for("jobs.show", public_id=public_id))


@blueprint.post("/cancellation")
def cancel(public_id: str) -> ResponseReturnValue:
    try:
        control.cancel_job(web.actor(), public_id)
    except Conflict:
        status = report.show_job(web.actor(), public_id).status
        if status not in (JobStatus.CANCELLING, JobStatus.CANCELLED):
            raise
        flash("This job is already canceled.", "info")
    else:
        flash("Canceling. People already added stay.", "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))
