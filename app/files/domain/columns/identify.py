"""Identification of rows by email address, phone number, or contact ID.

Shared by check-ups, counts, and jobs, so that they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from app.files.domain.consent.remarks import refused_address
from app.platform.addresses import (
    ONLY_ADDRESS,
    AddressProblem,
    email_key,
    first_email,
    read_phone,
    text_before_invisible,
)
from app.platform.ids import number_of
from app.platform.text.blank_words import is_blank

Identifier = Literal["email", "phone", "contact_id"]
IDENTIFIERS: Final[tuple[Identifier, ...]] = ("email", "phone", "contact_id")
SECOND_EMAIL: Final = "second_email"
"""Field of a column whose address is used if the first one is blank or invalid."""
USED_SECOND: Final = "second_column"
"""Note on a row that is identified by its second email column."""
NO_ID: Final = "no_id"
BLANK_ID: Final = "id_blank"
BLANKS: Final = ("blank", "phone_blank", BLANK_ID)


class Identified(NamedTuple):
    """A key or the slug of a problem, the slugs of notes, and the cell that was read."""

    key: str | None
    problem: str | None
    note: str | None
    cell: str


Identify = Callable[[Sequence[str]], Identified]
_Read = Callable[[str], tuple[str | None, str | None, str | None]]


def identifying(
    identifier: Identifier,
    column: int,
    country: str | None,
    *,
    second: int | None = None,
    international: bool = False,
    refused: bool = False,
) -> Identify:
    """Return a function that identifies a row by its cells.

    `second` is the column of SECOND_EMAIL. `international`: phone numbers without a plus include a country
    code. `refused`: an address whose cell otherwise only says no is accepted, because its row is withheld
    anyway.
    """
    read: _Read
    if identifier == "phone":
        read = _phone_of(country, international)
    elif identifier == "contact_id":
        read = _id
    else:
        return _by_email(column, second, refused)
    return lambda cells: Identified(*read(cells[column]), cells[column])


def _by_email(column: int, second: int | None, refused: bool) -> Identify:
    def identify(cells: Sequence[str]) -> Identified:
        cell = cells[column]
        key = email_key(cell)
        if isinstance(key, str):
            return Identified(key, None, None, cell)
        read = _email(cell, refused)
        if read[0] is None and second is not None:
            other, _, note = _email(cells[second], refused)
            if other is not None:
                return Identified(other, None, " ".join(filter(None, (note, USED_SECOND))), cells[second])
        return Identified(*read, cell)

    return identify


def _email(cell: str, refused: bool) -> tuple[str | None, str | None, str | None]:
    key, problem, note = first_email(cell)
    if problem is None:
        return key, None, note
    if refused and "@" in cell and (address := refused_address(cell)) is not None:
        return address, None, ONLY_ADDRESS
    if problem is AddressProblem.INVISIBLE and (place := text_before_invisible(cell)):
        return None, f"{problem.value}:{place}", None
    return None, problem.value, None


def _phone_of(country: str | None, international: bool) -> _Read:
    def read(cell: str) -> tuple[str | None, str | None, str | None]:
        key, problem, note = read_phone(cell, country, international)
        return key, problem.value if problem else None, note

    return read


def _id(cell: str) -> tuple[str | None, str | None, str | None]:
    """Read a contact id; spreadsheets write `12.0` for 12."""
    digits = cell[:64].strip().removesuffix(".0")
    if is_blank(digits):
        return None, BLANK_ID, None
    number = number_of(digits)
    return (str(number), None, None) if number is not None else (None, NO_ID, None)
