"""Ids and what refers to them: every id once, every reference to a message that was sent before."""

import re
from collections.abc import Iterator
from typing import Any

from app.workflows.domain.checks.problem import TRIGGER_ID, Problem, goal_name, trigger_name
from app.workflows.domain.definition.document import ID_PATTERN
from app.workflows.domain.definition.references import Reference, comes_before, references
from app.workflows.domain.definition.walk import Place, arms_of, goals_of, text_of, trigger_of


def id_problems(document: dict[str, Any], places: list[Place]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place in places:
        yield from _id(place.step.get("id"), place, "id", "step", seen)
        for arm_number, arm in enumerate(arms_of(place.step), 1):
            if not arm.is_default:
                yield from _id(arm.id, place, f"arms.{arm_number}.id", f"path {arm_number}", seen)
            elif arm.id:
                yield from _id(arm.id, place, "default.id", "last path", seen)
    for index, goal in enumerate(goals_of(document)):
        for message in _id_messages(goal.get("id"), "goal", seen):
            yield Problem(text_of(goal.get("id")), goal_name(goal, index), "id", message)


def _id(value: Any, place: Place, field: str, what: str, seen: set[str]) -> Iterator[Problem]:
    for message in _id_messages(value, what, seen):
        yield Problem(place.id, place.name, field, message, place.number)


def _id_messages(value: Any, what: str, seen: set[str]) -> Iterator[str]:
    if not isinstance(value, str) or not re.fullmatch(ID_PATTERN, value):
        yield f"The ID of the {what} must be lowercase letters, digits, hyphens, and underscores."
    elif value == TRIGGER_ID:
        yield f"“{TRIGGER_ID}” can’t be the ID of a {what}."
    elif value in seen:
        yield f"The ID “{value}” of the {what} is already in use."
    else:
        seen.add(value)


def reference_problems(document: dict[str, Any], places: list[Place]) -> Iterator[Problem]:
    by_id = {place.id: place for place in places if place.id}
    goals = goals_of(document)
    for reference in references(document):
        message = _reference_problem(reference, by_id.get(reference.target))
        if not message:
            continue
        if reference.user:
            user = reference.user
            yield Problem(user.id, user.name, reference.field, message, user.number)
        elif reference.goal is not None:
            goal = goals[reference.goal]
            yield Problem(text_of(goal.get("id")), goal_name(goal, reference.goal), reference.field, message)
        else:
            yield Problem(TRIGGER_ID, trigger_name(trigger_of(document)), reference.field, message)


def _reference_problem(reference: Reference, target: Place | None) -> str:
    if target is None:
        return f"It refers to the message “{reference.target[:40]}”, which doesn’t exist."
    if target.type not in reference.targets:
        return f"It refers to {target.name}, which is a different kind of step."
    if reference.goal is None and reference.user is None:
        return f"It refers to {target.name}, which is sent only after people enter the workflow."
    if reference.user and not comes_before(target, reference.user):
        return f"It refers to {target.name}, which isn’t sent before this step."
    return ""
