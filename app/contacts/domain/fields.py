"""Fields of a contact: limits, and conversion of text from forms and files to values.

Runs for every row of a file, so the common case is kept short.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from app.accounts.domain.regions import read_zone
from app.contacts.domain.names import clean, name_key
from app.contacts.domain.own_fields import OwnField, OwnKind, own_problem, read_own
from app.contacts.domain.value_style import ValueStyle
from app.contacts.domain.whole_names import split_name
from app.platform.addresses import email_key, first_email, read_phone
from app.platform.addresses.email_keys import MAX_ADDRESS
from app.platform.text.dates import NO_YEAR, read_date


class Field(NamedTuple):
    """A standard field of contacts; `limit` in characters."""

    key: str
    label: str
    limit: int


FIELDS: Final[dict[str, Field]] = {
    field.key: field
    for field in (
        Field("email", "Email", MAX_ADDRESS),
        Field("phone", "Phone", 40),
        Field("first_name", "First name", 120),
        Field("last_name", "Last name", 120),
        Field("company", "Company", 200),
        Field("city", "City", 120),
        Field("country", "Country", 60),
        Field("birthday", "Birthday", 80),
        Field("time_zone", "Time zone", 60),
    )
}
NAME_FIELDS: Final = frozenset({"first_name", "last_name", "full_name"})
CUSTOM_LIMIT: Final = 2000
_LONGEST_READ: Final = 2 * CUSTOM_LIMIT  # text is cut before it is normalized, which can be slow

# Columns of a staged row, in the order in which they are written.
STAGED: Final = (
    "email",
    "email_key",
    "phone",
    "phone_key",
    "first_name",
    "last_name",
    "first_name_key",
    "last_name_key",
    "company",
    "city",
    "country",
    "birthday",
    "time_zone",
    "custom",
)


class Reading(NamedTuple):
    """`values` by column, only filled ones; `problems` is {field key: sentence}."""

    values: dict[str, Any]
    problems: dict[str, str]


def read_fields(
    given: Mapping[str, str],
    country: str = "",
    custom: Mapping[str, str] | None = None,
    style: ValueStyle | None = None,
    own: Mapping[str, OwnField] | None = None,
) -> Reading:
    """Convert texts by field key to column values, written in `style` (default: the style of `country`).

    `own` are the custom fields by key, whose kinds their values must have; others hold text. Blank texts are
    left out. `full_name` is split to fill a blank first or last name. Raises KeyError for a
    field key that is not in FIELDS.
    """
    style = style or ValueStyle(country)
    if "full_name" in given:
        given = _with_split_name(given)
    reading = Reading({}, {})
    for key, text in given.items():
        cleaned = clean(text[:_LONGEST_READ])
        if cleaned:
            _read(reading, FIELDS[key], cleaned, style)
    kept = {key: cleaned for key, text in (custom or {}).items() if (cleaned := clean(text[:_LONGEST_READ]))}
    for key, text in list(kept.items()):
        field = own.get(key) if own else None
        if len(text) > CUSTOM_LIMIT:
            reading.problems[key] = _too_long(field.label if field else key, text, CUSTOM_LIMIT)
        elif field is not None and field.kind is not OwnKind.TEXT:
            value = read_own(field, text, style)
            if value is None:
                reading.problems[key] = own_problem(field, text)
                del kept[key]
            else:
                kept[key] = value
    if kept:
        reading.values["custom"] = kept
    return reading


def _with_split_name(given: Mapping[str, str]) -> dict[str, str]:
    """Fill a blank first or last name from the full name, unless the full name contradicts the part that is
    given."""
    parts = {key: text for key, text in given.items() if key != "full_name"}
    known = {
        key: text
        for key in ("first_name", "last_name")
        if (text := clean(parts.get(key, "")[:_LONGEST_READ]))
    }
    if len(known) == 2:
        return parts
    first, last = split_name(clean(given["full_name"][:_LONGEST_READ]))
    if all(text.casefold() in f"{first} {last}".casefold() for text in known.values()):
        parts |= {"first_name": first, "last_name": last} | known
    return parts


def pack(values: Mapping[str, Any]) -> str:
    """Return the values of a reading as the JSON text stored in a staged row."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def birthday_input(day: date) -> str:
    """Format a birthday for a form, readable by `read_fields`: 1990-04-23, or --04-23 without a year."""
    return f"--{day:%m-%d}" if day.year == NO_YEAR else day.isoformat()


def _read(reading: Reading, field: Field, text: str, style: ValueStyle) -> None:
    values, problems = reading
    if field.key == "email":
        _read_email(reading, text)
    elif field.key == "phone":
        phone = read_phone(text, style.country or None, style.international)
        if phone.key is None:
            problems["phone"] = phone.problem.sentence if phone.problem else "This isn’t a phone number."
        else:
            values |= {"phone": phone.key, "phone_key": phone.key}
    elif field.key == "birthday":
        day = read_date(text, style.date_style)
        if day is None:
            problems["birthday"] = f"“{text[:40]}” isn’t a date. Enter it as YYYY-MM-DD, such as 1990-04-23."
        else:
            values["birthday"] = day.isoformat()
    elif field.key == "time_zone":
        zone = read_zone(text)
        if zone is None:
            problems["time_zone"] = (
                f"“{text[:40]}” isn’t a time zone. Enter its name, such as America/New_York."
            )
        else:
            values["time_zone"] = zone
    elif len(text) > field.limit:
        problems[field.key] = _too_long(field.label, text, field.limit)
    else:
        values[field.key] = text
        if field.key in ("first_name", "last_name") and (key := name_key(text)):
            values[f"{field.key}_key"] = key


def _read_email(reading: Reading, text: str) -> None:
    key = email_key(text)
    if isinstance(key, str):
        reading.values.update(email=text, email_key=key)
        return
    first = first_email(text)
    if first.key is not None:
        reading.values.update(email=first.key, email_key=first.key)
    else:
        reading.problems["email"] = (first.problem or key).sentence


def _too_long(name: str, text: str, limit: int) -> str:
    return f"{name} can have up to {limit:,} characters; this has {len(text):,}."
