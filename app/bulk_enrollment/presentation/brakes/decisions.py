"""Requests that approve or refuse a job that waits for a second person."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.brakes import approvals
from app.platform import web
from app.platform.errors import Conflict

blueprint = Blueprint("approvals", __name__, url_prefix="/enrollments/<public_id>/approval")


@blueprint.post("")
def approve(public_id: str) -> ResponseReturnValue:
    try:
        approvals.approve_job(web.actor(), public_id)
    except Conflict as conflict:
        flash(conflict.message, "info")
    else:
        flash("Approved. The job continues.", "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))


@blueprint.post("/refusal")
def refuse(public_id: str) -> ResponseReturnValue:
    try:
        approvals.refuse_job(web.actor(), public_id)
    except Conflict as conflict:
        flash(conflict.message, "info")
    else:
        flash("Refused. The job is canceled, and nobody was added.", "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))
