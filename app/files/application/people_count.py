"""How many people of a file the account does not know yet: told before a job, not after it."""

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
from app.files.domain.columns.sides import sides_of
from app.files.domain.columns.styles import Phones
from app.files.infrastructure.tables import Upload

COUNTED_EXACTLY: Final = 100_000
SAMPLE: Final = 20_000
AT_ONCE: Final = 10_000
# Multiples of the stride, cut at the spread, look random and are the same every time.
_STRIDE: Final = 2_654_435_761
_SPREAD: Final = 2**32


@dataclass(frozen=True)
class PeopleCount:
    """People of a file: `new` to the account, `known` to it, and of these `closed` (they opted out, or mail
    came back). `about` means that a sample was counted and the figures are estimates."""

    new: int
    known: int
    closed: int
    about: bool = False

    @property
    def people(self) -> int:
        return self.new + self.known

    @property
    def are_most(self) -> bool:
        """More than half are new: what to do with them is for the person alone to decide."""
        return self.new * 2 > self.people


def new_to_account(
    account_id: int,
    upload: Upload,
    mapping: Mapping[str, str],
    identifier: Identifier,
    phones: Phones = "",
) -> PeopleCount | None:
    """Counted exactly for up to COUNTED_EXACTLY rows, else estimated from rows spread over the whole file.
    None when that cannot be told: no column holds the identifier, or hardly a row a good one."""
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
        refused=sides_of(layout_of(upload), fields).refused,
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
    """Every key once, of all rows or of a share of them that no pattern in the file can meet."""
    below = int(share * _SPREAD)
    seen: set[int] = set()
    for row in rows(upload):
        if row.number * _STRIDE % _SPREAD >= below:
            continue
        key = identify(row.cells).key
        if key is not None and (mark := hash(key)) not in seen:
            seen.add(mark)
            yield key
