"""The search over everything: rooms register what finds their things, and pages and actions by their names.

A provider asks its room's use case, which asks the permission and limits what it reads. Neither knows the
others; `app.home.application.finding` runs them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Found:
    """Something that was found: its name, the address of its page, and what tells it from others."""

    title: str
    url: str
    hint: str = ""


Find = Callable[[Any, str, int], Sequence[Found]]


@dataclass(frozen=True)
class Provider:
    """Finds things of one kind. `find(actor, text, limit)` returns the best matches first, and for an empty
    text the recent ones, if there are such; it raises NotAllowed for whoever may not see them.

    `place` orders the groups of the results. `all_url(text)` is the page that lists all matches.
    """

    name: str
    label: str
    icon: str
    place: int
    find: Find
    all_url: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Destination:
    """A page or an action by its name. `words` are others that people look for it with. It is offered to
    those who have the `permission`; empty for everybody. `is_action`: it begins something new."""

    title: str
    url: str
    words: str = ""
    permission: str = ""
    is_action: bool = False


_providers: dict[str, Provider] = {}
_destinations: dict[str, Callable[[], Sequence[Destination]]] = {}


def register(provider: Provider) -> None:
    _providers[provider.name] = provider


def register_destinations(name: str, destinations: Callable[[], Sequence[Destination]]) -> None:
    """Register what returns pages and actions; it is called for each search."""
    _destinations[name] = destinations


def providers() -> list[Provider]:
    return sorted(_providers.values(), key=lambda one: one.place)


def destinations() -> list[Destination]:
    return [one for source in _destinations.values() for one in source()]
