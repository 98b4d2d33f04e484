"""Requests that duplicate, restore, and delete a workflow, and the pages that ask first."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.platform import web
from app.platform.errors import Conflict, LimitReached
from app.workflows import application as workflows
from app.workflows.domain import Status

blueprint = Blueprint("workflow_keeping", __name__, url_prefix="/workflows/<public_id>")


@blueprint.post("/copy")
def duplicate(public_id: str) -> ResponseReturnValue:
    try:
        copy = workflows.duplicate(web.actor(), public_id)
    except LimitReached as full:
        flash(full.message, "danger")
        return web.send_to(url_for("workflows.show", public_id=public_id))
    flash("Workflow duplicated. The copy is a draft: change it and activate it.", "success")
    return web.send_to(url_for("workflows.show", public_id=copy.public_id))


@blueprint.post("/archiving/removal")
def restore(public_id: str) -> ResponseReturnValue:
    try:
        workflow = workflows.restore(web.actor(), public_id)
    except Conflict as busy:
        flash(busy.message, "danger")
    else:
        flash(f"“{workflow.name}” is restored and paused. Activate it to add people again.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.get("/archiving")
def ask_archive(public_id: str) -> ResponseReturnValue:
    """Show what archiving means, with a button to go on. Changes nothing."""
    archival = workflows.archival_of(web.actor(), public_id)
    return render_template("workflows/archiving.html", archival=archival, nav_active="workflows")


@blueprint.get("/deletion")
def ask(public_id: str) -> ResponseReturnValue:
    """Show what a deletion means, with a button to go on. Changes nothing."""
    deletion = workflows.deletion_of(web.actor(), public_id)
    return render_template("workflows/deletion.html", deletion=deletion, nav_active="workflows")


@blueprint.post("/deletion")
def delete(public_id: str) -> ResponseReturnValue:
    deletion = workflows.deletion_of(web.actor(), public_id)
    try:
        workflows.delete(web.actor(), public_id)
    except Conflict as busy:
        flash(busy.message, "danger")
        return web.send_to(url_for("workflows.show", public_id=public_id))
    flash(f"“{deletion.workflow.name}” is deleted.", "success")
    was_archived = deletion.workflow.status == Status.ARCHIVED
    return web.send_to(url_for("workflows.index", status=Status.ARCHIVED if was_archived else None))
