"""Pages and requests that choose the trigger, and add and remove goals."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.platform import web
from app.workflows import application as workflows
from app.workflows.presentation.editing.answers import act_page, after_edit

blueprint = Blueprint("workflow_ends", __name__, url_prefix="/workflows/<public_id>")


@blueprint.get("/new-trigger")
def triggers(public_id: str) -> ResponseReturnValue:
    """Show the types of triggers."""
    workflow, types = workflows.trigger_types(web.actor(), public_id)
    return act_page(
        "choosing",
        workflow,
        title="Choose a trigger",
        subtitle=f"It starts “{workflow.name}”",
        types=types,
        address=request.path,
        chosen=workflow.parsed.trigger.type,
    )


@blueprint.post("/new-trigger")
def choose_trigger(public_id: str) -> ResponseReturnValue:
    type_ = request.form.get("type", "")
    return after_edit(
        public_id,
        lambda revision: workflows.choose_trigger(web.actor(), public_id, type_, revision),
        "Trigger changed",
        opens=True,
    )


@blueprint.get("/new-goal")
def goals(public_id: str) -> ResponseReturnValue:
    """Show the types of goals."""
    workflow, types = workflows.goal_types(web.actor(), public_id)
    return act_page(
        "choosing",
        workflow,
        title="Add a goal",
        subtitle="Contacts who reach it leave the workflow at once",
        types=types,
        address=request.path,
        chosen="",
    )


@blueprint.post("/new-goal")
def add_goal(public_id: str) -> ResponseReturnValue:
    type_ = request.form.get("type", "")
    return after_edit(
        public_id,
        lambda revision: workflows.add_goal(web.actor(), public_id, type_, revision),
        "Goal added",
        opens=True,
    )


@blueprint.post("/goal-removal")
def remove_goal(public_id: str) -> ResponseReturnValue:
    """Remove the goal with the id `goal`."""
    goal_id = request.form.get("goal", "")
    return after_edit(
        public_id,
        lambda revision: workflows.remove_goal(web.actor(), public_id, goal_id, revision),
        "Goal removed",
    )


@blueprint.post("/goal-match")
def match_goals(public_id: str) -> ResponseReturnValue:
    """Require all goals with `match=all`, or any of them with `match=any`."""
    match = request.form.get("match", "")
    return after_edit(
        public_id,
        lambda revision: workflows.match_goals(web.actor(), public_id, match, revision),
        "Goals changed",
    )
