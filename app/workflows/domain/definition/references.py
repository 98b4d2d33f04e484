"""Who names whom inside a document: waits, conditions and goals that refer to a message step.

One list of all references, so that checking them and rewriting them in a copy can never disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.workflows.domain.definition.walk import (
    Place,
    arms_of,
    config_of,
    goals_of,
    text_of,
    trigger_of,
    walk,
)
from app.workflows.domain.event_fields import message_references

AFTER_EMAIL = frozenset({"send_email"})
AFTER_MESSAGE = frozenset({"send_email", "send_sms"})


@dataclass(frozen=True, slots=True)
class Reference:
    """`user` is the step that refers (None for the trigger); `goal` the goal's index when a goal refers."""

    user: Place | None
    field: str
    target: str
    targets: frozenset[str]
    goal: int | None = None


def references(document: Any) -> Iterator[Reference]:
    """Every reference to a message step."""
    for field, target in message_references(trigger_of(document).get("filters")):
        yield Reference(None, "filters", target, _targets(field))
    for place in walk(document):
        yield from _of_step(place)
    for index, goal in enumerate(goals_of(document)):
        target = text_of(config_of(goal).get("step"))
        if goal.get("type") == "link_clicked" and target:
            yield Reference(None, "step", target, AFTER_MESSAGE, index)


def _of_step(place: Place) -> Iterator[Reference]:
    config = config_of(place.step)
    event, target = config.get("event"), text_of(config.get("step"))
    if place.type == "wait_for_event" and target and event != "tag_added":
        yield Reference(place, "step", target, _targets(f"event.{event}"))
    for number, arm in enumerate(arms_of(place.step), 1):
        for field, target in message_references(arm.criteria):
            yield Reference(place, f"arms.{number}.criteria", target, _targets(field))


def _targets(field: str) -> frozenset[str]:
    return AFTER_EMAIL if field == "event.email_opened" else AFTER_MESSAGE


def comes_before(target: Place, user: Place) -> bool:
    """Whether a contact at `user` can have been at `target` already."""
    if target.number >= user.number:
        return False
    forks = dict(user.arms)
    return all(number not in forks or forks[number] == key for number, key in target.arms)
