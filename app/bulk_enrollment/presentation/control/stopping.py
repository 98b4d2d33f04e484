"""Requests that pause, resume or cancel a job. All are idempotent."""

from collections.abc import Callable

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.presentation.report.job_pages import panel_answer
from app.platform import web
from app.platform.errors import Conflict

blueprint = Blueprint("job_control", __name__, url_prefix="/enrollments/<public_id>")


@blueprint.post("/pause")
def pause(public_id: str) -> ResponseReturnValue:
    return _answer(public_id, _pause)


@blueprint.post("/pause/removal")
def resume(public_id: str) -> ResponseReturnValue:
    return _answer(public_id, _resume)


@blueprint.post("/cancellation")
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancel the job. The panel, which follows the job to its end, says so."""
    try:
        stopping.cancel_job(web.actor(), public_id)
    except Conflict:
        status = report.show_job(web.actor(), public_id).status
        if status not in (JobStatus.CANCELLING, JobStatus.CANCELLED):
            raise
        flash("This job is already canceled.", "info")
    return web.send_to(url_for("jobs.show", public_id=public_id))


def _pause(public_id: str) -> tuple[str, str]:
    stopping.pause_job(web.actor(), public_id)
    return "Paused. Batches in progress will finish.", "success"


def _resume(public_id: str) -> tuple[str, str]:
    """Resume; the form names the pause that its page showed."""
    shown = request.form.get("pause", "")
    pause = PausedBy(shown) if shown in set(PausedBy) else None
    if stopping.resume_job(web.actor(), public_id, pause) is None:
        return "Resumed.", "success"
    return "The job resumes when its workflow is active again.", "info"


def _answer(public_id: str, act: Callable[[str], tuple[str, str]]) -> ResponseReturnValue:
    """Perform an action. Return the panel, or the job's page with what `act` says.

    A job that has moved on in the meantime, for example finished, shows that itself.
    """
    try:
        message, tone = act(public_id)
    except Conflict as conflict:
        message, tone = conflict.message, "info"
    if web.is_htmx():
        return panel_answer(public_id, after_action=True)
    flash(message, tone)
    return web.send_to(url_for("jobs.show", public_id=public_id))
