"""What a check of a domain's DNS records says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_SHOWN: Final = 1000  # characters of a record that was found

Texts = Callable[[str], tuple[str, ...]]
"""Returns the TXT records of a name; raises Unanswered."""


class Unanswered(Exception):
    """The DNS did not answer, so nobody knows which records there are."""


class Level(StrEnum):
    RIGHT = "right"
    MISSING = "missing"
    WRONG = "wrong"
    UNSURE = "unsure"
    OFF = "off"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Record:
    """A TXT record to add or to change."""

    name: str
    value: str


@dataclass(frozen=True)
class Finding:
    """The result of checking `subject`, in a sentence or two. `found` are the present records, `record` is
    the one to have instead, None if nothing has to be done or only the email provider knows what."""

    subject: str
    level: Level
    text: str
    found: tuple[str, ...] = ()
    record: Record | None = None


def not_checked(subject: str, record: Record | None = None) -> Finding:
    return Finding(subject, Level.UNCHECKED, "The DNS didn’t answer. Try again later.", record=record)


def shown(records: list[str]) -> tuple[str, ...]:
    return tuple(record[:MAX_SHOWN] for record in records)


def tags_of(record: str) -> Mapping[str, str]:
    """Return {tag: value} of a record such as “v=DMARC1; p=none”; the first of a repeated tag counts."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found
