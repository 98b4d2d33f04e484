"""One row of a file, read: whose row it is and what it says about them, before any database is asked."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.selection import FileOptions
from app.contacts.domain.consent import STRENGTH, Status
from app.contacts.domain.fields import CUSTOM_LIMIT, FIELDS, pack, read_fields
from app.contacts.domain.names import field_key
from app.files.domain.columns import CONSENT_FIELDS
from app.files.domain.consent import consent_of
from app.platform.addresses import AddressProblem, first_email, phone_key

LONGEST_KEPT = 200  # characters of a faulty identifier that the ledger keeps
LEFT_OUT = "left_out"  # the note of a row with a phone number or date that could not be read

CUSTOM = "custom:"  # what a column is mapped to that becomes a field of the account's own, before its name


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


VALUES = frozenset({*FIELDS, "full_name"})

RowReader = Callable[[int, int, Sequence[str]], ReadRow]


def row_reader(options: FileOptions, country: str) -> RowReader:
    """A function of (row number, line, cells). `country` helps phone numbers without a country code."""
    columns = options.columns()
    identifying = next(at for at, name in columns.items() if name == options.identifier)
    consenting = [(at, name) for at, name in columns.items() if name in CONSENT_FIELDS]
    others = [(at, name) for at, name in columns.items() if name in VALUES or name.startswith(CUSTOM)]
    identify = _IDENTIFY[options.identifier]

    def read(number: int, line: int, cells: Sequence[str]) -> ReadRow:
        shown = cells[identifying].strip()[:LONGEST_KEPT]
        key, detail, note = identify(cells[identifying], country)
        fields = withheld = None
        if key is not None and consenting:
            withheld = _withheld([consent_of(cells[at], name) for at, name in consenting])
        if key is not None and options.writes_contacts:
            values = {name: cells[at] for at, name in others}
            if _too_long(values):
                key, detail, withheld = None, "too_long", None
            else:
                fields, is_whole = _packed(values, country)
                note = note or (None if is_whole else LEFT_OUT)
        verdict = Outcome.VALIDATION_ERROR if key is None else Outcome.ENROLLED
        return ReadRow(number, line, shown, key, verdict, detail, note, withheld, fields)

    return read


def custom_labels(options: FileOptions) -> list[str]:
    """Names of the account's own fields that the file fills."""
    return [name.removeprefix(CUSTOM) for name in options.mapping.values() if name.startswith(CUSTOM)]


def _by_email(cell: str, _country: str) -> tuple[str | None, str | None, str | None]:
    reading = first_email(cell)
    return reading.key, reading.problem.value if reading.problem else None, reading.note


def _by_phone(cell: str, country: str) -> tuple[str | None, str | None, str | None]:
    key = phone_key(cell, country or None)
    return (None, key.value, None) if isinstance(key, AddressProblem) else (key, None, None)


def _by_id(cell: str, _country: str) -> tuple[str | None, str | None, str | None]:
    digits = cell.strip().removesuffix(".0")  # as spreadsheets write whole numbers
    if digits.isascii() and digits.isdigit() and 0 < len(digits) <= 15 and int(digits) > 0:
        return str(int(digits)), None, None
    return None, "unknown_id" if digits else "blank", None


_IDENTIFY = {"email": _by_email, "phone": _by_phone, "contact_id": _by_id}


def _withheld(said: Sequence[str | None]) -> str | None:
    """The strongest of what the consent columns say; a yes never outweighs a no."""
    against = [Status(word) for word in said if word not in (None, "yes")]
    return max(against, key=STRENGTH.__getitem__).value if against else None


def _too_long(values: dict[str, str]) -> bool:
    return any(
        len(value) > (FIELDS[name].limit if name in FIELDS else CUSTOM_LIMIT) and name != "email"
        for name, value in values.items()
    )


def _packed(values: dict[str, str], country: str) -> tuple[str, bool]:
    """The contact's columns as JSON, and whether all cells could be read."""
    custom = {
        field_key(name.removeprefix(CUSTOM)): value
        for name, value in values.items()
        if name.startswith(CUSTOM)
    }
    plain = {name: value for name, value in values.items() if name in VALUES}
    reading = read_fields(plain, country, custom)
    return pack(reading.values), not reading.problems
