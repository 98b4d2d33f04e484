"""Adding, moving, copying and deleting the steps of a workflow.

Every function raises NotFound, Conflict if the workflow was changed since `revision`, and Invalid if the
change is not possible.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.workflows.application.lookup import change, editable, find_workflow, refuse_stale
from app.workflows.domain import STEPS, Definition, Step, editing, names_in, parse, step_words
from app.workflows.domain.definition.parts import Part, Path
from app.workflows.domain.drawing.describe import Words
from app.workflows.domain.editing import START, Edit, EditRefused, PlaceOption
from app.workflows.domain.types.declarations import StepType
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class Edited:
    """A workflow after a change, and the id of the step that has the focus then; empty for none."""

    workflow: Workflow
    step_id: str


@dataclass(frozen=True)
class StepToMove:
    """A step with the places that it can be moved to."""

    workflow: Workflow
    step: Step
    words: Words
    places: Sequence[PlaceOption]


@dataclass(frozen=True)
class StepToDelete:
    """A step with what goes with it: `inside` steps in its `paths`, one of which can keep its steps. `users`
    are the parts that refer to messages that would be gone."""

    workflow: Workflow
    step: Step
    words: Words
    inside: int
    paths: Sequence[Path]
    users: Sequence[Part]


def step_types(actor: Actor, public_id: str) -> tuple[Workflow, list[StepType]]:
    """Return a workflow that can be changed, and the types of steps that can be added."""
    accounts.require(actor, Permission.WORKFLOWS)
    return editable(actor, public_id), [kind for kind in STEPS if not kind.deprecated]


def add_new_step(actor: Actor, public_id: str, type_: str, place: str, revision: int) -> Edited:
    """Add a new step of a type at a place (see `domain.editing`)."""

    def added(definition: Definition) -> Edit:
        kind = STEPS.get(type_)
        if kind is None or kind.deprecated:
            raise EditRefused("Choose a type of step.")
        return editing.add_step(definition, kind, place or START, str(revision))

    return edit_recorded(actor, "workflow_step_added", public_id, revision, added)


def step_to_move(actor: Actor, public_id: str, step_id: str) -> StepToMove:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    step = _step(workflow.parsed, step_id)
    return StepToMove(workflow, step, _words(workflow, step), editing.places_for(workflow.parsed, step))


def move_step(actor: Actor, public_id: str, step_id: str, to: str, revision: int) -> Edited:
    """Move a step “up” or “down”, or to a place."""

    def moved(definition: Definition) -> Edit:
        step = _step(definition, step_id)
        if to in ("up", "down"):
            return Edit(editing.move_step_by_one(definition, step, up=to == "up"), step_id)
        return Edit(editing.move_step(definition, step, to), step_id)

    return edit_recorded(actor, "workflow_step_moved", public_id, revision, moved)


def copy_step(actor: Actor, public_id: str, step_id: str, revision: int) -> Edited:
    """Insert a copy of a step after it."""

    def copied(definition: Definition) -> Edit:
        return editing.copy_step(definition, _step(definition, step_id), str(revision))

    return edit_recorded(actor, "workflow_step_copied", public_id, revision, copied)


def step_to_delete(actor: Actor, public_id: str, step_id: str) -> StepToDelete:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    step = _step(workflow.parsed, step_id)
    return StepToDelete(
        workflow=workflow,
        step=step,
        words=_words(workflow, step),
        inside=sum(_steps_in(path) for path in step.paths),
        paths=[path for path in step.paths if path.steps],
        users=editing.users_of(workflow.parsed, step),
    )


def delete_step(actor: Actor, public_id: str, step_id: str, revision: int, keep: str = "") -> Edited:
    """Delete a step with everything in its paths, or keep the steps of the path with the `ref` `keep`."""

    def deleted(definition: Definition) -> Edit:
        step = _step(definition, step_id)
        document = editing.delete_step(definition, step, keep)
        return Edit(document, _near(parse(document), step))

    return edit_recorded(actor, "workflow_step_deleted", public_id, revision, deleted)


def edit_recorded(
    actor: Actor, action: str, public_id: str, revision: int, edit: Callable[[Definition], Edit]
) -> Edited:
    """Change the definition of a workflow, and record it in the audit log if that changes anything."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        before = workflow.parsed
        refuse_stale(workflow, revision)
        try:
            document, step_id = edit(before)
        except EditRefused as refusal:
            raise Invalid("VALIDATION_ERROR", str(refusal)) from None
        if document == workflow.definition:
            return Edited(workflow, step_id)
        change(workflow, revision, definition=document)
        activity.record(actor, action, "workflow", public_id, name=workflow.name)
    return Edited(find_workflow(actor, public_id), step_id)


def _step(definition: Definition, step_id: str) -> Step:
    step = definition.step(step_id)
    if step is None:
        raise NotFound("NOT_FOUND", "This step doesn’t exist in the workflow.")
    return step


def _words(workflow: Workflow, step: Step) -> Words:
    return step_words(step, names_in(workflow.parsed))


def _steps_in(path: Path) -> int:
    return sum(1 + sum(_steps_in(inner) for inner in step.paths) for step in path.steps)


def _near(definition: Definition, gone: Step) -> str:
    """Return the id of the step that took the place of one that was deleted, or of the last one before it."""
    last = definition.all_steps[: gone.number]
    return last[-1].id if last else ""
