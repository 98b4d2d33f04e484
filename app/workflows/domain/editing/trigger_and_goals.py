"""Choosing the trigger and its filters; adding and removing goals."""

from collections.abc import Mapping
from typing import Any

from app.workflows.domain.definition.copying import FreshIds
from app.workflows.domain.definition.document import MAX_GOALS, Document, plain_copy, with_values
from app.workflows.domain.definition.parts import Definition, Goal
from app.workflows.domain.editing.changes import Edit
from app.workflows.domain.editing.fresh import fresh_config
from app.workflows.domain.editing.places import EditRefused
from app.workflows.domain.types.declarations import GoalType, TriggerType


def choose_trigger(definition: Definition, kind: TriggerType) -> Document:
    """Set the type of the trigger, with its initial settings; filters stay. The same type changes nothing."""
    if definition.trigger.exists and definition.trigger.kind is kind:
        return definition.document
    made = {"type": kind.type, "enabled": True, "config": fresh_config(kind)}
    if definition.trigger.filters:
        made["filters"] = plain_copy(definition.trigger.filters)
    return with_values(definition.document, {("trigger",): made})


def set_filters(definition: Definition, criteria: Mapping[str, Any] | None) -> Document:
    """Set the filters of the trigger; None removes them. Raises EditRefused if there is no trigger."""
    if not definition.trigger.exists:
        raise EditRefused("Choose what starts this workflow first.")
    trigger = {name: value for name, value in definition.document["trigger"].items() if name != "filters"}
    if criteria is not None:
        trigger["filters"] = dict(criteria)
    return with_values(definition.document, {("trigger",): plain_copy(trigger)})


def add_goal(definition: Definition, kind: GoalType, salt: str = "") -> Edit:
    """Add a goal with the initial settings of its type. Raises EditRefused if there are enough."""
    if len(definition.goals) >= MAX_GOALS:
        raise EditRefused(f"There can be up to {MAX_GOALS} goals.")
    goal_id = FreshIds(definition, salt).make("goal")
    made = {"id": goal_id, "type": kind.type, "enabled": True, "config": fresh_config(kind)}
    return Edit(_with_goals(definition, [*_items(definition), made]), goal_id)


def remove_goal(definition: Definition, goal: Goal) -> Document:
    """Remove a goal."""
    items = _items(definition)
    at = goal.pointer[-1]
    assert isinstance(at, int)
    return _with_goals(definition, [*items[:at], *items[at + 1 :]])


def match_goals(definition: Definition, match: str) -> Document:
    """Require “all” goals, or “any” of them. Raises EditRefused for other words."""
    if match not in ("any", "all"):
        raise EditRefused("Choose whether any or all of the goals must be reached.")
    return _with_goals(definition, _items(definition), match)


def _items(definition: Definition) -> list[Any]:
    goals = definition.document.get("goals")
    items = goals.get("items") if isinstance(goals, dict) else None
    return items if isinstance(items, list) else []


def _with_goals(definition: Definition, items: list[Any], match: str = "") -> Document:
    goals = {"match": match or definition.match, "items": plain_copy(items)}
    return with_values(definition.document, {("goals",): goals})
