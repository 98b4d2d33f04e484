"""What higher rooms show on a contact's page: cards of their own, and their words for events in the time
line. They register here; this room never knows who came."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.accounts.domain import Actor
from app.activity.infrastructure.tables import ContactEvent


class Told(NamedTuple):
    """One line of the time line: a sentence, and where it leads to."""

    text: str
    url: str | None = None


Show = Callable[[Actor, int], str | None]
Tell = Callable[[Actor, Sequence[ContactEvent]], Mapping[int, Told]]

_panels: dict[str, Show] = {}
_tellers: dict[str, Tell] = {}


def register_panel(name: str, show: Show) -> None:
    """`show(actor, contact_id)` gives the HTML of a card (as Markup: plain text is escaped), or None."""
    _panels[name] = show


def register_events(kinds: Iterable[str], tell: Tell) -> None:
    """`tell(actor, events)` gets all events of these kinds at once and gives the words for each id."""
    for kind in kinds:
        _tellers[kind] = tell


def panels_of(actor: Actor, contact_id: int) -> list[str]:
    shown = (show(actor, contact_id) for show in _panels.values())
    return [html for html in shown if html]


def told(actor: Actor, events: Sequence[ContactEvent]) -> dict[int, Told]:
    """The words of the registered rooms for those events that are theirs."""
    words: dict[int, Told] = {}
    for tell in dict.fromkeys(_tellers.values()):
        own = [event for event in events if _tellers.get(event.kind) is tell]
        if own:
            words.update(tell(actor, own))
    return words
