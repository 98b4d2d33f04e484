"""What a definition wants to hear about contacts: what may reach a goal, and what a step may wait for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.contacts.domain import tag_key
from app.engine.domain.scoping import REACTIONS
from app.workflows.domain import GOALS, Definition, Step
from app.workflows.domain.types.config import Config

TAG_ADDED, FIELD_CHANGED, EVENT_RECEIVED = "tag_added", "field_changed", "event_received"

Fits = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Interest:
    """Something that may happen to a contact: `what` is the key of a tag, the name of a field, the type of an
    event, or the id of a step whose message the contact reacts to, empty for any message.

    It reaches a goal, or ends the wait at the step `step_id`. `criteria` is the document of criteria that the
    contact then meets; for an event, `fits` tells by its details whether it is meant.
    """

    kind: str
    what: str
    criteria: dict[str, Any]
    step_id: str = ""
    fits: Fits | None = None


def goals_of(definition: Definition) -> Iterator[Interest | None]:
    """Yield the goals that are switched on; None for a goal that no change of a contact reaches."""
    for goal in definition.goals:
        if goal.enabled:
            yield (
                _reaction(goal.type, goal.config)
                or _of_event(goal.type, goal.config)
                or _interest(goal.config.get("tag"), goal.config.get("field"), goal.config.get("value"))
            )


def waits_of(definition: Definition) -> Iterator[Interest]:
    """Yield what the steps wait for that a change of a contact may bring."""
    for step in definition.live_steps:
        if wait := wait_of(step):
            yield wait


def wait_of(step: Step) -> Interest | None:
    """Return what a step waits for, None for one that waits for nothing to happen."""
    event = step.config.text("event")
    if event == TAG_ADDED:
        wait = _interest(step.config.get("tag"))
    else:
        wait = _reaction(event, step.config) or _of_event(event, step.config)
    return replace(wait, step_id=step.id) if wait else None


def _of_event(kind: str, config: Config) -> Interest | None:
    """Return the interest in events of a type that goals know, with the settings of a goal."""
    goal = GOALS.get(kind)
    if goal is None or goal.fits is None:
        return None
    return Interest(EVENT_RECEIVED, kind, {}, fits=partial(goal.fits, config))


def _reaction(event: str, config: Config) -> Interest | None:
    field, step_id = f"event.{event}", config.text("step")
    if field not in REACTIONS:
        return None
    meant = {"op": "equals", "value": step_id} if step_id else {"op": "is_not_empty"}
    return Interest(field, step_id, {"all": [{"field": field, **meant}]})


def _interest(tag: Any, field: Any = None, value: Any = None) -> Interest | None:
    if isinstance(tag, str) and tag:
        rule = {"field": "contact.tags", "op": "has_any", "value": [tag]}
        return Interest(TAG_ADDED, tag_key(tag), {"all": [rule]})
    if isinstance(field, str) and field:
        rule = {"field": field, "op": "equals", "value": value}
        return Interest(FIELD_CHANGED, field, {"all": [rule]})
    return None
