"""Choosing what starts a workflow; adding and removing its goals.

Every function raises NotFound, Conflict if the workflow was changed since `revision`, and Invalid if the
change is not possible.
"""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.platform.errors import NotFound
from app.workflows.application.editing.structure import Edited, edit_recorded
from app.workflows.application.lookup import editable
from app.workflows.domain import GOALS, TRIGGERS, Definition, editing
from app.workflows.domain.definition.parts import TRIGGER_ID, Goal
from app.workflows.domain.editing import Edit, EditRefused
from app.workflows.domain.types.declarations import GoalType, TriggerType
from app.workflows.infrastructure.tables import Workflow


def trigger_types(actor: Actor, public_id: str) -> tuple[Workflow, list[TriggerType]]:
    """Return a workflow that can be changed, and the types of triggers."""
    accounts.require(actor, Permission.WORKFLOWS)
    return editable(actor, public_id), list(TRIGGERS)


def choose_trigger(actor: Actor, public_id: str, type_: str, revision: int) -> Edited:
    """Set the type of the trigger."""

    def chosen(definition: Definition) -> Edit:
        kind = TRIGGERS.get(type_)
        if kind is None:
            raise EditRefused("Choose a type of trigger.")
        return Edit(editing.choose_trigger(definition, kind), TRIGGER_ID)

    return edit_recorded(actor, "trigger_changed", public_id, revision, chosen)


def goal_types(actor: Actor, public_id: str) -> tuple[Workflow, list[GoalType]]:
    """Return a workflow that can be changed, and the types of goals."""
    accounts.require(actor, Permission.WORKFLOWS)
    return editable(actor, public_id), list(GOALS)


def add_goal(actor: Actor, public_id: str, type_: str, revision: int) -> Edited:
    """Add a goal of a type."""

    def added(definition: Definition) -> Edit:
        kind = GOALS.get(type_)
        if kind is None:
            raise EditRefused("Choose a type of goal.")
        return editing.add_goal(definition, kind, str(revision))

    return edit_recorded(actor, "workflow_goals_changed", public_id, revision, added)


def remove_goal(actor: Actor, public_id: str, goal_id: str, revision: int) -> Edited:
    """Remove a goal."""

    def removed(definition: Definition) -> Edit:
        goal = definition.part(goal_id)
        if not isinstance(goal, Goal):
            raise NotFound("NOT_FOUND", "This goal doesn’t exist in the workflow.")
        return Edit(editing.remove_goal(definition, goal), "")

    return edit_recorded(actor, "workflow_goals_changed", public_id, revision, removed)


def match_goals(actor: Actor, public_id: str, match: str, revision: int) -> Edited:
    """Require “all” goals, or “any” of them."""

    def matched(definition: Definition) -> Edit:
        return Edit(editing.match_goals(definition, match), "")

    return edit_recorded(actor, "workflow_goals_changed", public_id, revision, matched)
