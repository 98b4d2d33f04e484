"""Counting matching contacts in bounded time.

The account's range of ids is cut into windows, which are counted in an order that spreads them evenly. If the
time runs out first, the result is projected from the windows that were counted.
"""

import time
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.database import session

BITS = 6
WINDOWS = 2**BITS
SMALL = 20_000  # ids that are counted at once
_SPREAD = [int(f"{number:0{BITS}b}"[::-1], 2) for number in range(WINDOWS)]


class Count(NamedTuple):
    """A number of contacts. `about`: it is a projection; `more`: there are more than this."""

    number: int
    about: bool = False
    more: bool = False


def exactly(counted: int, limit: int) -> Count:
    """Return a count that stopped after `limit` + 1."""
    return Count(min(counted, limit), more=counted > limit)


def count_within(account_id: int, matching: sa.Select[Any], number: Any, seconds: float) -> Count:
    """Count the rows of `matching`, contacts of the account, for about `seconds` at most.

    `number` is the column of the select's tables that holds the contact's id.
    """
    lowest, highest = _range(account_id)
    if lowest is None:
        return Count(0)
    span = highest - lowest + 1
    if span <= SMALL:
        return Count(_counted(matching))
    edges = [lowest + span * place // WINDOWS for place in range(WINDOWS + 1)]
    until = time.monotonic() + seconds
    total = 0
    for done, place in enumerate(_SPREAD, 1):
        total += _counted(matching.where(number >= edges[place], number < edges[place + 1]))
        if time.monotonic() > until and done < WINDOWS:
            return Count(_rounded(total * WINDOWS // done), about=True)
    return Count(total)


def _counted(matching: sa.Select[Any]) -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(matching.subquery())) or 0


def _range(account_id: int) -> tuple[int | None, int]:
    ends = (
        sa.select(end(Contact.id)).where(Contact.account_id == account_id).scalar_subquery()
        for end in (sa.func.min, sa.func.max)
    )
    lowest, highest = session().execute(sa.select(*ends)).one()
    return lowest, highest or 0


def _rounded(number: int) -> int:
    """Keep three digits, which is more than a projection is worth."""
    unit = int(10 ** max(0, len(str(number)) - 3))
    return number // unit * unit
