"""Extension points of a contact's page: panels, timeline sentences, and names of jobs of other rooms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.accounts.domain import Actor
from app.activity.infrastructure.tables import ContactEvent


class Told(NamedTuple):
    """A text, such as a timeline entry or the name of a file, and an optional link."""

    text: str
    url: str | None = None


Show = Callable[[Actor, int], str | None]
Tell = Callable[[Actor, Sequence[ContactEvent]], Mapping[int, Told]]
JobNames = Callable[[Actor, Sequence[int]], Mapping[int, Told]]

_panels: dict[str, Show] = {}
_tellers: dict[str, Tell] = {}
_job_names: list[JobNames] = []


def register_panel(name: str, show: Show) -> None:
    """Register a panel: `show(actor, contact_id)` returns its HTML as Markup (plain text is escaped), or
    None."""
    _panels[name] = show


def register_events(kinds: Iterable[str], tell: Tell) -> None:
    """Register sentences for event kinds: `tell(actor, events)` returns {event id: entry} for all events at
    once."""
    for kind in kinds:
        _tellers[kind] = tell


def register_job_names(names: JobNames) -> None:
    """Register the names of the jobs that changed contacts: `names(actor, job_ids)` returns {job id: name and
    link} of those that still exist."""
    _job_names[:] = [names]


def job_names(actor: Actor, job_ids: Sequence[int]) -> dict[int, Told]:
    """Return {job id: name and link} of the jobs that still exist."""
    return {job_id: told for names in _job_names if job_ids for job_id, told in names(actor, job_ids).items()}


def panels_of(actor: Actor, contact_id: int) -> list[str]:
    """Return the HTML of all panels that have something to show for the contact."""
    shown = (show(actor, contact_id) for show in _panels.values())
    return [html for html in shown if html]


def told(actor: Actor, events: Sequence[ContactEvent]) -> dict[int, Told]:
    """Return {event id: entry} for the events whose kinds were registered."""
    words: dict[int, Told] = {}
    for tell in dict.fromkeys(_tellers.values()):
        own = [event for event in events if _tellers.get(event.kind) is tell]
        if own:
            words.update(tell(actor, own))
    return words
