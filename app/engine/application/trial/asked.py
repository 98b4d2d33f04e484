"""What the address of a test run asks for: whom, from when on, and by which paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.platform.clock import now
from app.platform.errors import Invalid
from app.platform.text.wall_clock import resolve

CHOICE: Final = "at."
"""What comes before the id of a step in the names of choices in addresses."""
MAX_CHOICE: Final = 60  # characters
MAX_CONTACT: Final = 254
MAX_START: Final = 40
EARLIEST: Final = timedelta(days=366)
LATEST: Final = timedelta(days=3660)


@dataclass(frozen=True)
class Asked:
    """Who goes through the steps: a contact as typed, or a sample contact; when they start, as typed; and
    {id of a step: choice}."""

    contact: str
    is_sample: bool
    start: str
    chosen: Mapping[str, str]

    @property
    def kept(self) -> dict[str, str]:
        """Return what the address keeps when the choices are reset."""
        given = {"contact": self.contact, "sample": "y" if self.is_sample else "", "start": self.start}
        return {name: value for name, value in given.items() if value}


def asked_in(values: Mapping[str, str]) -> Asked:
    """Return what the values in an address ask for."""
    return Asked(
        contact=values.get("contact", "")[:MAX_CONTACT],
        is_sample=bool(values.get("sample")),
        start=values.get("start", "")[:MAX_START],
        chosen={
            name.removeprefix(CHOICE): value[:MAX_CHOICE]
            for name, value in values.items()
            if name.startswith(CHOICE)
        },
    )


def start_of(actor: Actor, text: str) -> datetime:
    """Return the moment of a date and time, such as “2026-12-01T09:00”, in the account’s time zone; now for
    an empty text. Raises Invalid with `fields`."""
    require(actor, Permission.REPORTS)
    if not text:
        return now()
    try:
        start = resolve(datetime.fromisoformat(text).replace(tzinfo=None), actor.time_zone).moment
    except (ValueError, OverflowError):
        raise Invalid.in_fields({"start": "Enter a date and time."}) from None
    return checked_start(start)


def checked_start(start: datetime | None) -> datetime:
    """Return a moment at which a contact may start; now for None. Raises Invalid with `fields`."""
    if start is not None and not -EARLIEST < start - now() < LATEST:
        sentence = "Choose a date within the last year or the next 10 years."
        raise Invalid.in_fields({"start": sentence})
    return start or now()
