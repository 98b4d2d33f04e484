"""What a workflow means for people who are added by hand or from a file, instead of by its trigger."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.contacts.domain.criteria import is_contact_value
from app.workflows.domain.definition.parts import Definition
from app.workflows.domain.types.declarations import Described

Purpose: TypeAlias = Literal["start", "message"]


@dataclass(frozen=True, slots=True)
class NeededValue:
    """A contact field that a contact must have for the workflow to work as intended.

    `start`: the trigger starts each contact on its date. `message`: `steps` messages go to it, which are
    all messages of the workflow if `is_only_way`.
    """

    field: str
    purpose: Purpose
    steps: int = 0
    is_only_way: bool = False


@dataclass(frozen=True, slots=True)
class AddedByHand:
    """What is different for people who are added by hand.

    `otherwise` says when the trigger starts people (“on their birthday”); empty if nothing else does.
    `has_event`: what starts them is an event with details of its own, such as an appointment.
    `event_messages` is the number of messages with merge tags that only the trigger's event fills.
    """

    otherwise: str
    needed: tuple[NeededValue, ...]
    messages: int
    has_event: bool
    event_messages: int

    @property
    def starts_otherwise(self) -> bool:
        """Whether the trigger starts each person on a date or at an event of their own."""
        return self.has_event or any(need.purpose == "start" for need in self.needed)


def added_by_hand(definition: Definition) -> AddedByHand:
    """Return what adding people by hand to this workflow means."""
    trigger = definition.trigger
    kind = trigger.kind if trigger.exists and trigger.enabled else None
    messages = [step for step in definition.live_steps if step.kind and step.kind.message]
    brought = kind.brings if kind else ()
    return AddedByHand(
        otherwise=kind.otherwise(Described(trigger.config)) if kind else "",
        needed=tuple(_needed(definition)),
        messages=len(messages),
        has_event=bool(brought),
        event_messages=sum(
            any(tag.startswith(brought) for tag in step.merge_tags) for step in messages if brought
        ),
    )


def _needed(definition: Definition) -> list[NeededValue]:
    trigger = definition.trigger
    found: list[NeededValue] = []
    if trigger.exists and trigger.enabled and trigger.kind:
        date = trigger.kind.starts_on(trigger.config)
        if is_contact_value(date):  # the day on which contacts were added is always known
            found.append(NeededValue(date, "start"))
    messages = [step.kind.message for step in definition.live_steps if step.kind and step.kind.message]
    for address in dict.fromkeys(message.address for message in messages if message.address):
        steps = sum(message.address == address for message in messages)
        found.append(NeededValue(address, "message", steps, is_only_way=steps == len(messages)))
    return found
