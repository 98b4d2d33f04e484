"""What a definition wants to hear about contacts: what may reach a goal, and what a step may wait for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.contacts.domain import tag_key
from app.workflows.domain import Definition

TAG_ADDED, FIELD_CHANGED = "tag_added", "field_changed"


@dataclass(frozen=True)
class Interest:
    """Something that may happen to a contact: `what` is the key of a tag, or the name of a field.

    It reaches a goal, or ends the wait at the step `step_id`. `criteria` is the document of criteria that the
    contact then meets.
    """

    kind: str
    what: str
    criteria: dict[str, Any]
    step_id: str = ""


def goals_of(definition: Definition) -> Iterator[Interest | None]:
    """Yield the goals that are switched on; None for a goal that no change of a contact reaches."""
    for goal in definition.goals:
        if goal.enabled:
            yield _interest(goal.config.get("tag"), goal.config.get("field"), goal.config.get("value"))


def waits_of(definition: Definition) -> Iterator[Interest]:
    """Yield what the steps wait for that a change of a contact may bring."""
    for step in definition.live_steps:
        if step.config.get("event") == TAG_ADDED and (wait := _interest(step.config.get("tag"))):
            yield Interest(wait.kind, wait.what, wait.criteria, step.id)


def _interest(tag: Any, field: Any = None, value: Any = None) -> Interest | None:
    if isinstance(tag, str) and tag:
        rule = {"field": "contact.tags", "op": "has_any", "value": [tag]}
        return Interest(TAG_ADDED, tag_key(tag), {"all": [rule]})
    if isinstance(field, str) and field:
        rule = {"field": field, "op": "equals", "value": value}
        return Interest(FIELD_CHANGED, field, {"all": [rule]})
    return None
