"""The page that selects the workflow to add people to."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.contacts.application import selecting
from app.platform import web
from app.platform.ids import number_of
from app.workflows import application as workflows
from app.workflows.application import Search
from app.workflows.domain import Status, beginning_words

blueprint = Blueprint("choosing", __name__)

NOT_ACTIVE = 5


@blueprint.get("/enrollments/new")
def choose() -> ResponseReturnValue:
    """List active workflows, then some that must be activated before people can be added."""
    actor = web.actor()
    require(actor, Permission.WORKFLOWS)
    text = request.args.get("q", "").strip()[:120]
    running = workflows.find_workflows(actor, Search(text, Status.ACTIVE), after=request.args.get("after"))
    others = [
        workflow
        for status in (Status.DRAFT, Status.PAUSED)
        for workflow in workflows.find_workflows(actor, Search(text, status)).workflows[:NOT_ACTIVE]
    ]
    selection_id = number_of(request.args.get("selection", ""))
    return render_template(
        "bulk_enrollment/choose.html",
        selected=selecting.find_selection(actor, selection_id) if selection_id else None,
        text=text,
        running=running,
        others=others,
        begins={
            one.id: beginning_words(one.parsed, is_held=one.held_until_started) for one in running.workflows
        },
        nav_active="enrollments",
    )
