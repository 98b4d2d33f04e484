"""Checks of ids and references: ids are unique, and references lead to a message sent earlier or to a
workflow of the account."""

import re
from collections.abc import Collection, Iterator

from app.workflows.domain.checks.problem import Problem
from app.workflows.domain.definition.document import ID_PATTERN
from app.workflows.domain.definition.parts import TRIGGER_ID, Definition, Step, Trigger
from app.workflows.domain.definition.references import Reference, references


def id_problems(definition: Definition) -> Iterator[Problem]:
    """Yield problems of missing, malformed and duplicate ids of steps, paths and goals."""
    seen: set[str] = set()
    for step in definition.all_steps:
        for message in _id_messages(step.id, "step", seen):
            yield Problem.of(step, "id", message)
        for path in step.paths:
            what = "last path" if path.is_default else f"path {path.number}"
            if path.id or not path.is_default:
                for message in _id_messages(path.id, what, seen):
                    yield Problem.of(step, f"{path.field}.id", message)
    for goal in definition.goals:
        for message in _id_messages(goal.id, "goal", seen):
            yield Problem.of(goal, "id", message)


def _id_messages(value: str, what: str, seen: set[str]) -> Iterator[str]:
    if not re.fullmatch(ID_PATTERN, value):
        yield f"The ID of the {what} must be lowercase letters, digits, hyphens, and underscores."
    elif value == TRIGGER_ID:
        yield f"“{TRIGGER_ID}” can’t be the ID of a {what}."
    elif value in seen:
        yield f"The ID “{value}” of the {what} is already in use."
    else:
        seen.add(value)


def reference_problems(definition: Definition, workflows: Collection[str] | None) -> Iterator[Problem]:
    """Yield problems of references that lead to no message, to one that cannot have been sent yet, or to none
    of `workflows` (None: these are not checked)."""
    by_id = {step.id: step for step in definition.all_steps if step.id}
    for reference in references(definition):
        if not reference.counts:
            continue
        if reference.kind == "message":
            message = _reference_problem(reference, by_id.get(reference.target))
        else:
            is_gone = workflows is not None and reference.target not in workflows
            message = "This workflow no longer exists." if is_gone else ""
        if message:
            yield Problem.of(reference.user, reference.field, message)


def _reference_problem(reference: Reference, target: Step | None) -> str:
    if target is None:
        return f"It refers to the message “{reference.target[:40]}”, which doesn’t exist."
    message = target.kind.message if target.kind else None
    if message is None or reference.event not in message.events:
        return f"It refers to {target.name}, which is a different kind of step."
    if isinstance(reference.user, Trigger):
        return f"It refers to {target.name}, which is sent only after people enter the workflow."
    if isinstance(reference.user, Step) and not target.comes_before(reference.user):
        return f"It refers to {target.name}, which isn’t sent before this step."
    return ""
