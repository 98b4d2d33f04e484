"""Number of people in a file who are new to the account, shown before a job is started."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.accounts import application as accounts
from app.files.application.address_book import address_book
from app.files.application.checkups import checkup_for
from app.files.application.reading import layout_of, rows
from app.files.application.styles import styles_of
from app.files.domain.columns.identify import SECOND_EMAIL, Identifier, Identify, identifying
from app.files.domain.columns.row_context import row_context_of
from app.files.domain.columns.styles import Phones
from app.files.infrastructure.tables import Upload

COUNTED_EXACTLY: Final = 100_000
SAMPLE: Final = 20_000
AT_ONCE: Final = 10_000
# Multiples of the stride modulo the spread are pseudo-random, but the same every time.
_STRIDE: Final = 2_654_435_761
_SPREAD: Final = 2**32


@dataclass(frozen=True)
class PeopleCount:
    """People in a file: `new` to the account, `known` to it, and `closed`, the known ones who must not be
    contacted. `about`: the figures are estimates from a sample."""

    new: int
    known: int
    closed: int
    about: bool = False

    @property
    def people(self) -> int:
        return self.new + self.known

    @property
    def are_most(self) -> bool:
        """Whether more than half are new, so that the user must decide what to do with them."""
        return self.new * 2 > self.people


def new_to_account(
    account_id: int,
    upload: Upload,
    mapping: Mapping[str, str],
    identifier: Identifier,
    phones: Phones = "",
) -> PeopleCount | None:
    """Count the people, exactly for up to COUNTED_EXACTLY rows and otherwise from a sample of rows across the
    file.

    Returns None if no column holds the identifier, or if the sample contains no valid one.
    """
    column = next((int(at) for at, field in mapping.items() if field == identifier), None)
    if column is None:
        return None
    share = SAMPLE / upload.rows if upload.rows > COUNTED_EXACTLY else 1.0
    second = next((int(at) for at, field in mapping.items() if field == SECOND_EMAIL), None)
    international = identifier == "phone" and styles_of(upload, mapping, phones=phones).international
    country = accounts.worker_actor(account_id).country or None
    fields = {int(at): field for at, field in mapping.items()}
    identify = identifying(
        identifier,
        column,
        country,
        second=second,
        international=international,
        refused=row_context_of(layout_of(upload), fields).refused,
    )
    keys = _keys(upload, identify, share)
    people = known = closed = 0
    while chunk := list(islice(keys, AT_ONCE)):
        found = address_book().known_people(account_id, identifier, chunk)
        people += len(chunk)
        known += found.people
        closed += found.closed
    if share < 1:
        if not people:
            return None
        good = checkup_for(upload, mapping, identifier, phones).good
        known, closed = round(known * good / people), round(closed * good / people)
        people = good
    return PeopleCount(people - known, known, closed, about=share < 1)


def _keys(upload: Upload, identify: Identify, share: float) -> Iterator[str]:
    """Yield each key once, from all rows or from a pseudo-random share of them."""
    below = int(share * _SPREAD)
    seen: set[int] = set()
    for row in rows(upload):
        if row.number * _STRIDE % _SPREAD >= below:
            continue
        key = identify(row.cells).key
        if key is not None and (mark := hash(key)) not in seen:
            seen.add(mark)
            yield key
