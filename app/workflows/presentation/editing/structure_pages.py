"""Pages and requests that add, move, copy and delete steps, or switch on all that are ready."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.platform import web
from app.workflows import application as workflows
from app.workflows.domain.editing import START
from app.workflows.domain.types.declarations import GROUPS, MESSAGES, StepType
from app.workflows.presentation.editing.answers import act_page, after_edit

blueprint = Blueprint("workflow_structure", __name__, url_prefix="/workflows/<public_id>")

MAX_PLACE = 120


@blueprint.get("/new-step")
def choose(public_id: str) -> ResponseReturnValue:
    """Show the types of steps, to add one at the place `at`."""
    workflow, types = workflows.step_types(web.actor(), public_id)
    return act_page(
        "adding",
        workflow,
        title="Add a step",
        subtitle=f"To “{workflow.name}”",
        groups=[(name, list(kinds)) for name, kinds in _grouped(types)],
        at=request.args.get("at", START)[:MAX_PLACE],
    )


@blueprint.post("/new-step")
def add(public_id: str) -> ResponseReturnValue:
    sent = request.form
    type_, at = sent.get("type", ""), sent.get("at", "")[:MAX_PLACE]
    return after_edit(
        public_id,
        lambda revision: workflows.add_new_step(web.actor(), public_id, type_, at, revision),
        "Step added",
        opens=True,
    )


@blueprint.get("/steps/<step_id>/place")
def choose_place(public_id: str, step_id: str) -> ResponseReturnValue:
    found = workflows.step_to_move(web.actor(), public_id, step_id)
    groups: dict[str, list[Any]] = {}
    for option in found.places:
        groups.setdefault(option.group, []).append(option)
    return act_page(
        "moving",
        found.workflow,
        title=f"Move step {found.step.number}",
        subtitle=f"In “{found.workflow.name}”",
        button="Move" if groups else "",
        step=found.step,
        found=found,
        groups=groups,
    )


@blueprint.post("/steps/<step_id>/place")
def move(public_id: str, step_id: str) -> ResponseReturnValue:
    """Move a step: `to` is “up”, “down”, or a place."""
    to = request.form.get("to", "")[:MAX_PLACE]
    return after_edit(
        public_id,
        lambda revision: workflows.move_step(web.actor(), public_id, step_id, to, revision),
        "Step moved",
    )


@blueprint.post("/steps/<step_id>/copy")
def copy(public_id: str, step_id: str) -> ResponseReturnValue:
    return after_edit(
        public_id,
        lambda revision: workflows.copy_step(web.actor(), public_id, step_id, revision),
        "Step duplicated",
    )


@blueprint.get("/steps/<step_id>/removal")
def ask(public_id: str, step_id: str) -> ResponseReturnValue:
    """Show what goes with a step before it is deleted."""
    found = workflows.step_to_delete(web.actor(), public_id, step_id)
    return act_page(
        "deleting",
        found.workflow,
        title=f"Delete step {found.step.number}?",
        subtitle=f"From “{found.workflow.name}”",
        button="Delete",
        tone="danger",
        step=found.step,
        found=found,
    )


@blueprint.post("/steps/<step_id>/removal")
def delete(public_id: str, step_id: str) -> ResponseReturnValue:
    """Delete a step. `keep` is the `ref` of the path whose steps stay; empty to delete all."""
    keep = request.form.get("keep", "")[:MAX_PLACE]
    return after_edit(
        public_id,
        lambda revision: workflows.delete_step(web.actor(), public_id, step_id, revision, keep),
        "Step deleted",
    )


@blueprint.post("/ready-steps")
def switch_on_ready(public_id: str) -> ResponseReturnValue:
    """Switch on all steps that are off and have what they need."""
    return after_edit(
        public_id,
        lambda revision: workflows.switch_on_ready(web.actor(), public_id, revision),
        "Steps switched on",
    )


def _grouped(types: list[StepType]) -> Iterator[tuple[str, Iterator[StepType]]]:
    titles = [MESSAGES, *GROUPS.values()]
    ordered = sorted(types, key=lambda kind: titles.index(_group(kind)))
    yield from groupby(ordered, key=_group)


def _group(kind: StepType) -> str:
    return MESSAGES if kind.message else GROUPS[kind.group]
