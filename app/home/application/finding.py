"""The search over everything: a few matches of each kind, and the pages and actions with such a name.

Each provider reads a bounded number of rows by an index or from a list that the account limits, so that the
search costs the same in an account with a million contacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.platform import finding
from app.platform.errors import NotAllowed
from app.platform.finding import Found

MOST: Final = 5
"""Matches shown of each kind."""
MAX_TEXT: Final = 120
MOST_ACTIONS: Final = 8


@dataclass(frozen=True)
class Group:
    """Matches of one kind. `all_url` is the page with all of them, if there are more."""

    name: str
    label: str
    icon: str
    found: Sequence[Found]
    all_url: str | None = None


def find_everything(actor: Actor, text: str, most: int = MOST) -> list[Group]:
    """Return the groups with matches of a text; for an empty one recent things, and actions."""
    require(actor, Permission.REPORTS)
    wanted = " ".join(text.replace("\0", " ").split())[:MAX_TEXT]
    groups = [_places(actor, wanted)]
    for provider in finding.providers():
        try:
            found = provider.find(actor, wanted, most + 1)
        except NotAllowed:
            continue
        has_more = wanted and len(found) > most and provider.all_url is not None
        all_url = provider.all_url(wanted) if has_more and provider.all_url else None
        groups.append(Group(provider.name, provider.label, provider.icon, found[:most], all_url))
    if not wanted:
        groups.append(groups.pop(0))
    return [group for group in groups if group.found]


def _places(actor: Actor, wanted: str) -> Group:
    allowed = [
        one for one in finding.destinations() if not one.permission or actor.may(Permission(one.permission))
    ]
    words = wanted.casefold().split()
    if not words:
        chosen = [one for one in allowed if one.is_action][:MOST_ACTIONS]
        return Group("places", "Actions", "bolt", [Found(one.title, one.url) for one in chosen])
    matching = [one for one in allowed if all(_begins(word, f"{one.title} {one.words}") for word in words)]
    matching.sort(key=lambda one: -sum(_begins(word, one.title) for word in words))
    return Group("places", "Go to", "arrow-right", [Found(one.title, one.url) for one in matching[:MOST]])


def _begins(word: str, text: str) -> bool:
    """Return whether a word of a text begins with `word`."""
    return any(one.startswith(word) for one in text.casefold().split())
