"""Parsing of the contact search box into lanes, each a range of one index.

A lane is read in the order of its index and stops after a page, so that a search costs the same at any
account size. A contact belongs to the first lane that it matches; a page continues from one lane to the next.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.contacts.domain.names import clean, name_key
from app.platform.addresses import email_key, phone_starts

# Sorts after anything a person would type: the end of a prefix range.
LAST = "\U0010ffff"
MAX_SEARCH = 254


class Lane(NamedTuple):
    """Contacts whose `column` starts with `start` (and `other` with `other_start`), ordered by `column`."""

    column: str
    start: str
    other: str | None = None
    other_start: str = ""

    def holds(self, contact: Any) -> bool:
        """Return whether `contact` (any object with the columns as attributes) matches."""
        value = getattr(contact, self.column)
        if value is None or not value.startswith(self.start):
            return False
        if self.other is None:
            return True
        return (getattr(contact, self.other) or "").startswith(self.other_start)


def lanes_of(text: str, country: str = "") -> Sequence[Lane]:
    """Return the lanes of a search text, best first; none for an empty text. `country` is the account's (ISO
    3166), for phone numbers."""
    text = clean(text)[:MAX_SEARCH]
    if not text:
        return ()
    if "@" in text:
        return (Lane("email_key", _email_start(text)),)
    lanes = [Lane("phone_key", start) for start in phone_starts(text, country)]
    key = name_key(text.replace(",", " "))
    if key:
        lanes += [Lane("first_name_key", key), Lane("last_name_key", key)]
        lanes += _full_name_lanes(key, is_last_first="," in text)
    if " " not in text:
        lanes.append(Lane("email_key", text.lower()))
    return tuple(lanes)


def lane_of(lanes: Sequence[Lane], contact: Any) -> int | None:
    """Return the index of the first lane that `contact` matches; None if there is none."""
    return next((place for place, lane in enumerate(lanes) if lane.holds(contact)), None)


def _email_start(text: str) -> str:
    key = email_key(text)
    return key if isinstance(key, str) else text.lower()


def _full_name_lanes(key: str, is_last_first: bool) -> list[Lane]:
    words = key.split()
    if len(words) < 2:
        return []
    usual = Lane("last_name_key", " ".join(words[1:]), "first_name_key", words[0])
    turned = Lane("last_name_key", words[0], "first_name_key", " ".join(words[1:]))
    lanes = [turned, usual] if is_last_first else [usual, turned]
    if len(words) > 2:
        lanes.append(Lane("last_name_key", words[-1], "first_name_key", " ".join(words[:-1])))
    return lanes
