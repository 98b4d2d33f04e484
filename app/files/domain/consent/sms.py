"""A column about text messages: whether the phone number of a row agrees to them. It says nothing about
emails, so it withholds nobody from those."""

from functools import lru_cache
from typing import Final

from app.files.domain.cells.profile import trimmed
from app.files.domain.consent.cells import Kind, kind_of

SMS_CONSENT: Final = "sms_consent"

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


@lru_cache(maxsize=4_096)
def agrees_to_sms(cell: str) -> bool | None:
    """Return whether a cell says that a number agrees to text messages; None if it says neither yes nor no,
    and then nothing is known."""
    kind = kind_of(trimmed(cell))
    return None if kind is None else _SAID.get(kind)
