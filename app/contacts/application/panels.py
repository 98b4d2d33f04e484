"""Extension points of a contact's page: panels, timeline sentences, and names of jobs of other rooms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.accounts.domain import Actor
from app.activity.infrastructure.tables import ContactEvent


class LinkedText(NamedTuple):
    """A text, such as a timeline entry or the name of a file, and an optional link."""

    text: str
    url: str | None = None


Show = Callable[[Actor, int], str | None]
DescribeEvents = Callable[[Actor, Sequence[ContactEvent]], Mapping[int, LinkedText]]
JobNames = Callable[[Actor, Sequence[int]], Mapping[int, LinkedText]]

_panels: dict[str, Show] = {}
_describers: dict[str, DescribeEvents] = {}
_job_names: list[JobNames] = []


def register_panel(name: str, show: Show) -> None:
    """Register a panel: `show(actor, contact_id)` returns its HTML as Markup (plain text is escaped), or
    None."""
    _panels[name] = show


def register_events(kinds: Iterable[str], describe: DescribeEvents) -> None:
    """Register sentences for event kinds: `describe(actor, events)` returns {event id: entry} for all
    events at once."""
    for kind in kinds:
        _describers[kind] = describe


def register_job_names(names: JobNames) -> None:
    """Register the names of the jobs that changed contacts: `names(actor, job_ids)` returns {job id: name and
    link} of those that still exist."""
    _job_names[:] = [names]


def job_names(actor: Actor, job_ids: Sequence[int]) -> dict[int, LinkedText]:
    """Return {job id: name and link} of the jobs that still exist."""
    return {job_id: name for names in _job_names if job_ids for job_id, name in names(actor, job_ids).items()}


def panels_of(actor: Actor, contact_id: int) -> list[str]:
    """Return the HTML of all panels that have something to show for the contact."""
    shown = (show(actor, contact_id) for show in _panels.values())
    return [html for html in shown if html]


def descriptions_of(actor: Actor, events: Sequence[ContactEvent]) -> dict[int, LinkedText]:
    """Return {event id: entry} for the events whose kinds were registered."""
    words: dict[int, LinkedText] = {}
    for describe in dict.fromkeys(_describers.values()):
        own = [event for event in events if _describers.get(event.kind) is describe]
        if own:
            words.update(describe(actor, own))
    return words
