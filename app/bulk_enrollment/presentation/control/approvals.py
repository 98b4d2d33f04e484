"""Requests that approve or refuse a job that waits for a second person."""

from collections.abc import Callable

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.accounts.domain import Actor
from app.bulk_enrollment.application.control import approvals
from app.platform import web
from app.platform.errors import Conflict

blueprint = Blueprint("approvals", __name__, url_prefix="/enrollments/<public_id>/approval")


@blueprint.post("")
def approve(public_id: str) -> ResponseReturnValue:
    return _decide(public_id, approvals.approve_job, "Approved.")


@blueprint.post("/refusal")
def refuse(public_id: str) -> ResponseReturnValue:
    return _decide(public_id, approvals.refuse_job, "Refused. The job is canceled, and nobody was added.")


def _decide(public_id: str, decide: Callable[[Actor, str], None], done: str) -> ResponseReturnValue:
    """Make the decision and go to the job; `done` says that it was made."""
    try:
        decide(web.actor(), public_id)
    except Conflict as conflict:
        flash(conflict.message, "info")
    else:
        flash(done, "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))
