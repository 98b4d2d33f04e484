"""Invented people, the same on every run.

They fill the pages before an account has real contacts. Their email addresses use example domains, and their
phone numbers come from ranges reserved for fiction.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.files.domain.samples.names import COMPANIES, COUNTRIES, Country

# ruff: noqa: RUF001

SEED: Final = 20_11
_DOMAINS: Final = ("example.com", "example.com", "example.com", "example.org", "example.net")
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "å": "a", "ł": "l", "đ": "d", "ı": "i", "æ": "ae"}
)


@dataclass(frozen=True)
class SamplePerson:
    """`status` is active, unsubscribed, bounced, or blocked; `known_for` is in days before today."""

    first_name: str
    last_name: str
    email: str
    phone: str
    company: str
    city: str
    country: str
    birthday: date | None
    tags: tuple[str, ...]
    status: str
    consent_basis: str
    consent_source: str
    known_for: int
    custom: dict[str, str]


def sample_people(count: int) -> list[SamplePerson]:
    """Return the first `count` people; `count` is at most 5,000."""
    source = random.Random(SEED)  # nosec B311 # made-up people
    people = _people(source)
    return [next(people) for _ in range(count)]


def plain(text: str) -> str:
    """Return a name as used in an email address: `Jürgen` → `juergen`, `D'Angelo` → `dangelo`."""
    lower = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return "".join(letter for letter in ascii_only if letter.isalnum())


def _people(source: random.Random) -> Iterator[SamplePerson]:
    weighted = [country for country in COUNTRIES for _ in range(country.weight)]
    taken: set[str] = set()
    numbers: set[str] = set()
    while True:
        country = source.choice(weighted)
        first, last = source.choice(country.first), source.choice(country.last)
        email = _email(source, first, last, taken)
        if email is not None:
            yield _person(source, country, first, last, email, numbers)


def _email(source: random.Random, first: str, last: str, taken: set[str]) -> str | None:
    given, family = plain(first), plain(last)
    local = source.choices(
        (f"{given}.{family}", f"{given[0]}.{family}", f"{given}{family}", f"{family}.{given}"),
        (60, 15, 15, 10),
    )[0]
    address = f"{local}@{source.choice(_DOMAINS)}"
    if address in taken:
        return None
    taken.add(address)
    return address


def _person(
    source: random.Random, country: Country, first: str, last: str, email: str, numbers: set[str]
) -> SamplePerson:
    is_customer = source.random() < 0.45
    known_for = int(source.triangular(1, 900, 60))
    return SamplePerson(
        first_name=first,
        last_name=last,
        email=email,
        phone=_phone(source, country, numbers) if source.random() < 0.7 else "",
        company=source.choice(COMPANIES) if source.random() < 0.35 else "",
        city=source.choice(country.towns),
        country=country.code,
        birthday=_birthday(source) if source.random() < 0.55 else None,
        tags=_tags(source, is_customer),
        status=_status(source),
        consent_basis="customer" if is_customer else source.choice(("opt_in", "opt_in", "double_opt_in")),
        consent_source=source.choices(("Website form", "Shop", "Trade fair", "Newsletter"), (45, 30, 10, 15))[
            0
        ],
        known_for=known_for,
        custom=_custom(source, known_for) if is_customer else {},
    )


def _phone(source: random.Random, country: Country, numbers: set[str]) -> str:
    for _ in range(20 if country.dial else 0):
        pattern = source.choice(country.dial.split("|"))
        number = "".join(str(source.randrange(10)) if sign == "#" else sign for sign in pattern)
        if number not in numbers:
            numbers.add(number)
            return number
    return ""


def _birthday(source: random.Random) -> date:
    return date(1948, 1, 1) + timedelta(days=source.randrange(57 * 365))


def _tags(source: random.Random, is_customer: bool) -> tuple[str, ...]:
    tags = ["customer"] if is_customer else ["lead"]
    tags += ["newsletter"] if source.random() < 0.6 else []
    tags += ["vip"] if is_customer and source.random() < 0.12 else []
    tags += ["loyalty card"] if is_customer and source.random() < 0.3 else []
    tags += [source.choice(("spring fair", "webinar", "referral"))] if source.random() < 0.25 else []
    return tuple(tags)


def _status(source: random.Random) -> str:
    return source.choices(("active", "unsubscribed", "bounced", "blocked"), (92, 5, 2.5, 0.5))[0]


def _custom(source: random.Random, known_for: int) -> dict[str, str]:
    return {
        "plan": source.choices(("Starter", "Studio", "Team"), (55, 30, 15))[0],
        "orders": str(source.randint(1, 24)),
        "last_visit_days": str(source.randint(0, known_for)),
    }
