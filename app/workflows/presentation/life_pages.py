"""Requests that activate, pause and archive a workflow, and the confirmation page of an activation."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.platform import web
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.application import ActivationQuestion, Ask
from app.workflows.domain import Status
from app.workflows.presentation.pages import workflow_page

_OUTBOX = "No mail server is connected, so its emails are kept in the outbox."
_HELD = "Nobody begins and no messages go out until you start the workflow."

blueprint = Blueprint("workflow_life", __name__, url_prefix="/workflows/<public_id>")


@blueprint.get("/activation")
def ask(public_id: str) -> ResponseReturnValue:
    """Show what is missing before an activation, with a button to go on. Changes nothing."""
    require(web.actor(), Permission.WORKFLOWS)
    workflow = workflows.find_workflow(web.actor(), public_id)
    if workflow.status == Status.ARCHIVED:
        return web.send_to(url_for("workflows.show", public_id=public_id))
    return render_template(
        "workflows/activation.html",
        workflow=workflow,
        missing=workflows.what_is_missing(web.actor(), public_id),
        stays_in_outbox=workflows.stays_in_outbox(workflow),
        then=_then(request.args.get("then")),
        nav_active="workflows",
    )


@blueprint.post("/activation")
def activate(public_id: str) -> ResponseReturnValue:
    """Activate a workflow.

    `then=people` continues with adding people; `confirmed=1` is sent by the page that lists what is missing;
    `resume=1` lets a paused workflow go on without the changes made since it was active. If the definition
    has problems, the workflow's page shows all of them.
    """
    if request.form.get("resume") == "1":
        return _resume(public_id)
    was_active = workflows.find_workflow(web.actor(), public_id).status == "active"
    then = _then(request.form.get("then"))
    asks = Ask.NEVER if request.form.get("confirmed") == "1" else Ask.ANYTHING
    try:
        workflow = workflows.activate(web.actor(), public_id, asks)
    except ActivationQuestion:
        return web.send_to(url_for("workflow_life.ask", public_id=public_id, then=then))
    except Invalid:
        return workflow_page(public_id, refused=True), 422
    page = url_for("workflows.show", public_id=public_id)
    outbox = f" {_OUTBOX}" if workflows.stays_in_outbox(workflow) else ""
    held = f" {_HELD}" if workflow.held_until_started else ""
    if then == "people":
        flash(f"“{workflow.name}” is active. Now choose who to add.{held}{outbox}", "success")
        return web.send_to(f"{page}/enroll")
    adds = "Its trigger adds people from now on, and you can add people, too."
    adds = adds if workflow.parsed.trigger.enrolls else "You can add people now."
    words = "New people get this version." if was_active else adds
    flash(f"“{workflow.name}” is active. {words}{held}{outbox}", "success")
    return web.send_to(page)


def _resume(public_id: str) -> ResponseReturnValue:
    workflow = workflows.resume(web.actor(), public_id)
    flash(f"“{workflow.name}” is active again.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/activation/removal")
def pause(public_id: str) -> ResponseReturnValue:
    workflow = workflows.pause(web.actor(), public_id)
    flash(f"“{workflow.name}” is paused. Nobody can be added until you activate it again.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/archiving")
def archive(public_id: str) -> ResponseReturnValue:
    workflow = workflows.archive(web.actor(), public_id)
    flash(f"“{workflow.name}” is archived.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/fields")
def create_fields(public_id: str) -> ResponseReturnValue:
    """Create the contact fields that the workflow uses and that do not exist."""
    labels = workflows.create_missing_fields(web.actor(), public_id)
    if labels:
        flash(f"Contact field created: {', '.join(labels)}.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def _then(wanted: str | None) -> str | None:
    return "people" if wanted == "people" else None
