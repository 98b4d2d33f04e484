"""What the consent columns of a row say against contacting its person, and about text messages.

A column about text messages says whether the phone number of a row agrees to them. It withholds nobody from
emails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from app.files.domain.cells.profile import trimmed
from app.files.domain.consent.cells import (
    LEFT_OUT,
    NOTE,
    WITHHELD,
    Consent,
    Kind,
    Withheld,
    answered,
    blank_key,
    kind_of,
    said_of_blank,
)
from app.files.domain.consent.search import clear_cells

Reader = Callable[[str], Consent | None]

SMS_CONSENT: Final = "sms_consent"
_CACHED: Final = 4_096
_LONGEST_CACHED: Final = 250
_SHORT: Final = 12  # characters; shorter notes are judged as they are


def reader(field: str, answers: Mapping[str, str], blank: str | None = None) -> Reader:
    """Return a caching variant of `consent_of` for one column.

    `answers` is {word key: Answer}; values that are asked about without an answer are left out. `blank` is
    the answer about blank cells.
    """
    known: dict[str, Consent | None] = {}
    of_blank = said_of_blank(blank) if field == "consent" else None

    def read(cell: str) -> Consent | None:
        if cell in known:
            return known[cell]
        text = _clear_part(cell) if field == NOTE else trimmed(cell)
        said = answered(text, field, answers)
        said = LEFT_OUT if said == "asked" else of_blank if said is None else said
        if len(cell) <= _LONGEST_CACHED:
            if len(known) >= _CACHED:
                known.clear()
            known[cell] = said
        return said

    return read


def withholding(
    columns: Sequence[tuple[int, str]], answers: Mapping[str, str]
) -> Callable[[Sequence[str]], Withheld | None]:
    """Return a function of a row's cells: the strongest objection in its consent columns (position, field),
    or None. A yes never outweighs a no."""
    readers = [(at, reader(field, answers, answers.get(blank_key(at)))) for at, field in columns]

    def withheld(cells: Sequence[str]) -> Withheld | None:
        strongest: Withheld | None = None
        for at, read in readers:
            said = read(cells[at])
            if said is None or said == "yes" or said == "asked":
                continue
            if strongest is None or WITHHELD.index(said) > WITHHELD.index(strongest):
                strongest = said
        return strongest

    return withheld


def _clear_part(cell: str) -> str:
    """Return the part of a note that is about consent, as kept in the column's profile; empty for none."""
    if len(cell) <= _SHORT:
        return trimmed(cell)
    return next(iter(clear_cells((cell,))), "")


_SAID: Final[dict[Kind, bool]] = {
    "plain_yes": True,
    "yes": True,
    "clear_yes": True,
    "date": True,
    "plain_no": False,
    "no": False,
    "clear_no": False,
    "blocked": False,
    "clear_blocked": False,
}


@lru_cache(maxsize=_CACHED)
def agrees_to_sms(cell: str) -> bool | None:
    """Return whether a cell says that a number agrees to text messages; None if it says neither yes nor no,
    and then nothing is known."""
    kind = kind_of(trimmed(cell))
    return None if kind is None else _SAID.get(kind)
