"""Changes of a workflow's state: an activation is made and removed, a workflow is put into the archive."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from app.platform import web
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.presentation.pages import workflow_page

blueprint = Blueprint("workflow_life", __name__, url_prefix="/workflows/<public_id>")


@blueprint.post("/activation")
def activate(public_id: str) -> ResponseReturnValue:
    """`then=people` goes on to adding people. With problems the page comes back with all of them."""
    was_active = workflows.find_workflow(web.actor(), public_id).status == "active"
    try:
        workflow = workflows.activate(web.actor(), public_id)
    except Invalid:
        return workflow_page(public_id, refused=True), 422
    page = url_for("workflows.show", public_id=public_id)
    if request.form.get("then") == "people":
        flash(f"“{workflow.name}” is active. Now choose who comes in.", "success")
        return web.send_to(f"{page}/enroll")
    words = "New people get what you see here." if was_active else "People can be added now."
    flash(f"“{workflow.name}” is active. {words}", "success")
    return web.send_to(page)


@blueprint.post("/activation/removal")
def pause(public_id: str) -> ResponseReturnValue:
    workflow = workflows.pause(web.actor(), public_id)
    flash(f"“{workflow.name}” is paused: nobody comes in until you activate it again.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/archiving")
def archive(public_id: str) -> ResponseReturnValue:
    workflow = workflows.archive(web.actor(), public_id)
    flash(f"“{workflow.name}” is in the archive.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))
