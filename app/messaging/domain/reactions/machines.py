"""Telling people from mail filters, which fetch the links and pictures of an email before anybody sees it.

A wrong guess costs a figure: whoever is taken for a machine still gets to the page.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

TOO_SOON: Final = timedelta(seconds=3)
AT_ONCE, MANY_LINKS = timedelta(seconds=2), 3
AROUND_TRAP: Final = timedelta(seconds=60)
_AGENTS: Final = re.compile(
    r"^mozilla/5\.0$|bot\b|crawl|spider|scan|curl|wget|python|java/|go-http|headless|preview|proofpoint|mimecast|barracuda"
    r"|symantec|safelinks|fortinet|sophos|cisco|trendmicro|url ?defen[cs]e",
    re.IGNORECASE,
)


class Fetch(NamedTuple):
    """A request for a link or picture of a message. `link` is its address, empty for the picture; `is_trap`:
    the link is one that nobody sees."""

    at: datetime
    link: str
    is_trap: bool = False


def is_machine(sent_at: datetime | None, fetch: Fetch, method: str, agent: str) -> bool:
    """Return whether a request by itself shows that no person made it."""
    too_soon = sent_at is not None and fetch.at - sent_at < TOO_SOON
    return fetch.is_trap or method == "HEAD" or not agent or bool(_AGENTS.search(agent)) or too_soon


def by_machines(clicks: Sequence[Fetch]) -> set[Fetch]:
    """Return those of a message's clicks that machines made, as the clicks show together: several links at
    once, or around a click on a link that nobody sees."""
    found: set[Fetch] = set()
    for one in clicks:
        together = [other for other in clicks if abs(other.at - one.at) <= AT_ONCE]
        if len({other.link for other in together}) >= MANY_LINKS:
            found.update(together)
        if one.is_trap:
            found.update(other for other in clicks if abs(other.at - one.at) <= AROUND_TRAP)
    return found
