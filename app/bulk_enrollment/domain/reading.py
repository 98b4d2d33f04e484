"""One row of a file, read: whose row it is and what it says about them, before any database is asked."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.selection import FileOptions
from app.contacts.domain import CUSTOM_LIMIT, FIELDS, pack, read_fields
from app.files.domain.columns import consent_of
from app.platform.addresses import AddressProblem, first_email, phone_key

LONGEST_KEPT = 200  # characters of a faulty identifier that the ledger keeps
LEFT_OUT = "left_out"  # the note of a row with a phone number or date that could not be read

CONSENTING = ("consent", "status")


class ReadRow(NamedTuple):
    """A row ready for the ledger. `key` is None exactly when the row is a VALIDATION_ERROR, whose slug is
    then `detail`. `withheld` is the status that the file's consent column asks for."""

    row_number: int
    line: int
    identifier: str
    key: str | None
    verdict: int
    detail: str | None
    note: str | None
    withheld: str | None
    fields: str | None


RowReader = Callable[[int, int, Sequence[str]], ReadRow]


def row_reader(options: FileOptions, country: str, custom_keys: dict[str, str]) -> RowReader:
    """A function of (row number, line, cells). `country` helps phone numbers without a country code;
    `custom_keys` is {field as mapped: key of the custom field}."""
    columns = options.columns()
    identifying = next(at for at, name in columns.items() if name == options.identifier)
    consenting = next((at for at, name in columns.items() if name in CONSENTING), None)
    others = {at: name for at, name in columns.items() if name not in (*CONSENTING, "contact_id")}
    identify = _IDENTIFY[options.identifier]

    def read(number: int, line: int, cells: Sequence[str]) -> ReadRow:
        cell = cells[identifying] if identifying < len(cells) else ""
        shown = cell.strip()[:LONGEST_KEPT]
        key, detail, note = identify(cell, country)
        fields = withheld = None
        if key is not None and consenting is not None and consenting < len(cells):
            withheld = _withheld(cells[consenting])
        if key is not None and options.writes_contacts:
            values = {name: cells[at] for at, name in others.items() if at < len(cells)}
            if _too_long(values):
                key, detail, withheld = None, "too_long", None
            else:
                fields, is_whole = _packed(values, country, custom_keys)
                note = note or (None if is_whole else LEFT_OUT)
        verdict = Outcome.VALIDATION_ERROR if key is None else Outcome.ENROLLED
        return ReadRow(number, line, shown, key, verdict, detail, note, withheld, fields)

    return read


def _by_email(cell: str, _country: str) -> tuple[str | None, str | None, str | None]:
    reading = first_email(cell)
    return reading.key, reading.problem.value if reading.problem else None, reading.note


def _by_phone(cell: str, country: str) -> tuple[str | None, str | None, str | None]:
    key = phone_key(cell, country or None)
    return (None, key.value, None) if isinstance(key, AddressProblem) else (key, None, None)


def _by_id(cell: str, _country: str) -> tuple[str | None, str | None, str | None]:
    digits = cell.strip()
    if digits.isascii() and digits.isdigit() and 0 < len(digits) <= 15 and int(digits) > 0:
        return str(int(digits)), None, None
    return None, "unknown_id" if digits else "blank", None


_IDENTIFY = {"email": _by_email, "phone": _by_phone, "contact_id": _by_id}


def _withheld(cell: str) -> str | None:
    said = consent_of(cell)
    return None if said in (None, "yes") else said


def _too_long(values: dict[str, str]) -> bool:
    return any(
        len(value) > (FIELDS[name].limit if name in FIELDS else CUSTOM_LIMIT) and name != "email"
        for name, value in values.items()
    )


def _packed(values: dict[str, str], country: str, custom_keys: dict[str, str]) -> tuple[str, bool]:
    """The contact's columns as JSON, and whether all cells could be read."""
    if full := values.pop("full_name", "").strip():
        first, _, last = full.partition(" ")
        values = {"first_name": first, "last_name": last} | values
    custom = {custom_keys[name]: value for name, value in values.items() if name in custom_keys}
    plain = {name: value for name, value in values.items() if name in FIELDS}
    reading = read_fields(plain, country, custom)
    return pack(reading.values), not reading.problems
