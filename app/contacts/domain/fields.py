"""A contact's fields: what may stand in each, and how the text of a form or a file becomes a value.

Runs once for every row of a file, so the common case takes the short way.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from app.contacts.domain.names import clean, name_key
from app.contacts.domain.whole_names import split_name
from app.platform.addresses import AddressProblem, email_key, first_email, phone_key


class Field(NamedTuple):
    """One of the fields that every contact has; `limit` in characters."""

    key: str
    label: str
    limit: int


FIELDS: Final[dict[str, Field]] = {
    field.key: field
    for field in (
        Field("email", "Email", 254),
        Field("phone", "Phone", 40),
        Field("first_name", "First name", 120),
        Field("last_name", "Last name", 120),
        Field("company", "Company", 200),
        Field("city", "City", 120),
        Field("country", "Country", 60),
        Field("birthday", "Birthday", 20),
    )
}
CUSTOM_LIMIT: Final = 2000

# The columns that a staged row carries, in the order in which they are written.
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
    "custom",
)


class Reading(NamedTuple):
    """`values` has the columns that are filled, `problems` a sentence for each field that is wrong."""

    values: dict[str, Any]
    problems: dict[str, str]


def read_fields(
    given: Mapping[str, str], country: str = "", custom: Mapping[str, str] | None = None
) -> Reading:
    """Turn texts by field key into column values. Blank ones are left out; `country` is the account's, for
    phone numbers without a country code and for dates such as 3/4/1990. `full_name` is split where
    first or last name is blank."""
    if "full_name" in given:
        given = _with_split_name(given)
    reading = Reading({}, {})
    for key, text in given.items():
        cleaned = clean(text)
        if cleaned:
            _read(reading, FIELDS[key], cleaned, country)
    kept = {key: cleaned for key, text in (custom or {}).items() if (cleaned := clean(text))}
    for key, text in kept.items():
        if len(text) > CUSTOM_LIMIT:
            reading.problems[key] = _too_long(key, text, CUSTOM_LIMIT)
    if kept:
        reading.values["custom"] = kept
    return reading


def _with_split_name(given: Mapping[str, str]) -> dict[str, str]:
    """The whole name fills whichever of first and last name is blank, unless it is about somebody else."""
    parts = {key: text for key, text in given.items() if key != "full_name"}
    known = {key: text for key in ("first_name", "last_name") if (text := clean(parts.get(key, "")))}
    if len(known) == 2:
        return parts
    first, last = split_name(clean(given["full_name"]))
    if all(text.casefold() in f"{first} {last}".casefold() for text in known.values()):
        parts |= {"first_name": first, "last_name": last} | known
    return parts


def pack(values: Mapping[str, Any]) -> str:
    """The values of a reading as the JSON text in which a staged row keeps them."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _read(reading: Reading, field: Field, text: str, country: str) -> None:
    values, problems = reading
    if field.key == "email":
        _read_email(reading, text)
    elif len(text) > field.limit:
        problems[field.key] = _too_long(field.label, text, field.limit)
    elif field.key == "phone":
        phone = phone_key(text, country or None)
        if isinstance(phone, AddressProblem):
            problems["phone"] = phone.sentence
        else:
            values |= {"phone": phone, "phone_key": phone}
    elif field.key == "birthday":
        day = read_day(text, country)
        if day is None:
            problems["birthday"] = f"“{text}” isn’t a date. Enter it as YYYY-MM-DD, such as 1990-04-23."
        else:
            values["birthday"] = day.isoformat()
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


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?\Z")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\Z")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})\Z")
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})


def read_day(text: str, country: str = "") -> date | None:
    """A date as people write it: 1990-04-23, 23.4.1990, 23/04/1990, and 04/23/1990 where that is usual."""
    if found := _ISO.match(text):
        return _day(found[1], found[2], found[3])
    if found := _DOTTED.match(text):
        return _day(found[3], found[2], found[1])
    if found := _SLASHED.match(text):
        first, second = int(found[1]), int(found[2])
        month_first = second > 12 or (first <= 12 and country in _MONTH_FIRST)
        month, day = (first, second) if month_first else (second, first)
        return _day(found[3], month, day)
    return None


def _day(year: int | str, month: int | str, day: int | str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= 1880 else None
