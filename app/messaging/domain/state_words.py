"""The words for states of messages, and the groups of states that the outbox shows."""

from dataclasses import dataclass
from typing import Final

from app.messaging.domain.states import State


@dataclass(frozen=True)
class StateWords:
    """A state on pages: its badge (`tone` as in ui/badge.html) and what it means."""

    label: str
    tone: str
    meaning: str


STATE_WORDS: Final = {
    State.PLANNED: StateWords("Planned", "info", "It will be sent as soon as it’s due."),
    State.SENDING: StateWords("Sending", "accent", "It is being handed to the mail server right now."),
    State.SENT: StateWords("Sent", "success", "The mail server accepted it."),
    State.DELIVERED: StateWords("Delivered", "success", "It arrived."),
    State.BOUNCED: StateWords("Bounced", "danger", "It was returned: the address doesn’t accept emails."),
    State.FAILED: StateWords("Not sent", "danger", "It couldn’t be sent."),
    State.WITHDRAWN: StateWords(
        "Canceled", "neutral", "It wasn’t sent, because the contact left the workflow or can’t be contacted."
    ),
    State.SKIPPED: StateWords(
        "Skipped",
        "neutral",
        "It wasn’t sent, because of the frequency cap or a topic that the contact stopped.",
    ),
    State.UNCERTAIN: StateWords(
        "Unclear",
        "warning",
        "The connection was lost while it was sent. It may or may not have gone out.",
    ),
}


KEPT_WORDS: Final = StateWords("Kept here", "neutral", "It was kept in the outbox instead of being sent.")
"""A message counts as sent, so that its contact goes on, although it is only kept in the outbox."""

SMS_WORDS: Final = STATE_WORDS | {
    State.SENDING: StateWords("Sending", "accent", "It is being handed to the SMS provider right now."),
    State.SENT: StateWords("Sent", "success", "The SMS provider accepted it."),
    State.BOUNCED: StateWords("Not delivered", "danger", "It was sent, but didn’t arrive."),
}
"""The words for text messages."""

OPENED_WORDS: Final = StateWords("Opened", "success", "It was opened.")
REPLIED_WORDS: Final = StateWords("Replied", "success", "The contact replied to it.")
CLICKED_WORDS: Final = StateWords("Clicked", "success", "A link in it was clicked.")


@dataclass(frozen=True)
class View:
    """A tab of the outbox; `states` are all if there are none."""

    key: str
    label: str
    states: tuple[State, ...] = ()


VIEWS: Final = (
    View("", "All"),
    View("planned", "Planned", (State.PLANNED, State.SENDING)),
    View("sent", "Sent", (State.SENT, State.DELIVERED)),
    View("problems", "Not delivered", (State.FAILED, State.BOUNCED)),
    View("unclear", "Unclear", (State.UNCERTAIN,)),
    View("canceled", "Canceled", (State.WITHDRAWN, State.SKIPPED)),
)


def view_of(key: str) -> View:
    """Return the view with this key; that of all messages if there is none."""
    return next((view for view in VIEWS if view.key == key), VIEWS[0])
