"""Criteria that ask what contacts did with messages, inside one workflow."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.contacts.domain.criteria import NO_VALUE, rules
from app.workflows.domain import Definition
from app.workflows.domain.steps.event_fields import MESSAGE_VERBS

REACTIONS: Final = tuple(MESSAGE_VERBS)
"""The criteria fields that name messages of the workflow."""


def message_steps(definition: Definition) -> tuple[str, ...]:
    """Return the ids of the steps that send messages."""
    return tuple(step.id for step in definition.all_steps if step.kind and step.kind.message)


def is_about_start(criteria: Any) -> bool:
    """Return whether criteria ask for details of the event that started the enrollment."""
    named = [one.field for one in rules(criteria) if isinstance(one.field, str)]
    return any(name.startswith("event.") and name not in REACTIONS for name in named)


def scoped(document: Any, workflow_id: int, messages: Sequence[str]) -> Any:
    """Return criteria in which messages are named “workflow id:step id”. “Any message” means `messages`, the
    ids of all steps of the workflow that send one."""
    return {
        join: [_scoped(member, workflow_id, messages) for member in members]
        for join, members in document.items()
    }


def _scoped(member: Mapping[str, Any], workflow_id: int, messages: Sequence[str]) -> Mapping[str, Any]:
    if "field" not in member:
        return dict(scoped(member, workflow_id, messages))
    if member["field"] not in REACTIONS:
        return member
    op, value = member["op"], member.get("value")
    if op in NO_VALUE:
        every = [_key(workflow_id, one) for one in messages or ("",)]
        rules = [{**member, "op": "not_equals", "value": one} for one in every]
        return {"all": rules} if op == "is_empty" else {**member, "op": "in_list", "value": every}
    if isinstance(value, list):
        return {**member, "value": [_key(workflow_id, one) for one in value]}
    return {**member, "value": _key(workflow_id, value)}


def _key(workflow_id: int, step_id: Any) -> str:
    return f"{workflow_id}:{step_id}"
