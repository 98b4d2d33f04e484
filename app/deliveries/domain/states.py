"""The states of a delivery, and the words for them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """PLANNED until its turn comes, also between attempts; SENDING during an attempt. WITHDRAWN deliveries
    are not sent, because the contact has left the workflow."""

    PLANNED = "planned"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


OPEN: Final = (State.PLANNED, State.SENDING)
REPEATABLE: Final = (State.FAILED, State.DELIVERED)
"""States in which people can send a delivery again."""


@dataclass(frozen=True)
class StateWords:
    """A state on pages: its badge (`tone` as in ui/badge.html) and what it means."""

    label: str
    tone: str
    meaning: str


STATE_WORDS: Final = {
    State.PLANNED: StateWords("Planned", "info", "It will be sent as soon as it’s due."),
    State.SENDING: StateWords("Sending", "accent", "It is being sent right now."),
    State.DELIVERED: StateWords("Delivered", "success", "The server accepted it."),
    State.FAILED: StateWords("Failed", "danger", "The server didn’t accept it, or couldn’t be reached."),
    State.WITHDRAWN: StateWords(
        "Canceled", "neutral", "It wasn’t sent, because the contact left the workflow first."
    ),
}
RETRYING: Final = StateWords("Retrying", "warning", "An attempt failed. It will be sent again.")


def words_for(state: str, attempt: int) -> StateWords:
    """Return the words for a delivery that was attempted so many times."""
    return RETRYING if state == State.PLANNED and attempt else STATE_WORDS[State(state)]


@dataclass(frozen=True)
class View:
    """A tab of the list of deliveries; `states` are all if there are none."""

    key: str
    label: str
    states: tuple[State, ...] = ()


VIEWS: Final = (
    View("", "All"),
    View("planned", "Planned", OPEN),
    View("delivered", "Delivered", (State.DELIVERED,)),
    View("failed", "Failed", (State.FAILED,)),
    View("canceled", "Canceled", (State.WITHDRAWN,)),
)


def view_of(key: str) -> View:
    """Return the view with this key; that of all deliveries if there is none."""
    return next((view for view in VIEWS if view.key == key), VIEWS[0])
