"""Contacts for tests of sanitizing, and what an account with these contacts would answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.contacts.domain.names import name_key
from app.gallery.domain.sanitizing import (
    MAX_VALUE_WORDS,
    Business,
    Choices,
    Known,
    Report,
    asked_about,
    asked_pairs,
    phrase_of,
    sanitized,
    texts_of,
)
from app.gallery.infrastructure.contact_values import MOST_SHARED
from app.platform.addresses import phone_key
from app.workflows.domain import parse
from tests.unit.workflows.documents import definition, email

BUSINESS = Business(
    name="Harbor Studio",
    phone="+49 30 5550123",
    postal_address="1 Quay Street\nBristol BS1 4DJ",
    links={"website": "https://www.harbor.example", "booking_link": "https://book.example/harbor"},
    country="DE",
)


@dataclass(frozen=True)
class Seeded:
    """A contact."""

    first: str = ""
    last: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    city: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    birthday: date | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)


NORA = Seeded(
    "Nóra",
    "Lindqvist",
    "nora@lindqvist.example",
    "+49 151 23456789",
    "Lindqvist Interiors, Ltd.",
    "Uppsala",
    {"customer_number": "K-10482"},
    date(1988, 6, 12),
    {"points": "104822", "renewal": "2027-03-01"},
)
ANNE = Seeded("Anne-Marie", "O'Brien", "anne.obrien@mail.example", "+44 20 7946 0999")
OTHERS = (Seeded("Mark", "Grant"), Seeded("Will", "May"), Seeded("Hope", "Rose"))
PEOPLE = (NORA, ANNE, *OTHERS)


def known_of(report_of: Any, details: Mapping[str, str], people: Sequence[Seeded]) -> Known:
    """Return what the account with these contacts knows of the texts of a definition."""
    texts = texts_of(report_of, details)
    asked = asked_about(texts, "DE")
    firsts = frozenset(name_key(one.first) for one in people if one.first) & asked.names
    lasts = frozenset(name_key(one.last) for one in people if one.last) & asked.names
    pairs = {(name_key(one.first), name_key(one.last)) for one in people}
    phones = {str(phone_key(one.phone, "DE")) for one in people if one.phone}
    companies = Counter(one.company for one in people)
    custom = {value.lower(): key for one in people for key, value in one.custom.items()}
    return Known(
        emails=frozenset(one.email for one in people) & asked.emails,
        phones=frozenset(phones) & asked.phones,
        first_names=frozenset(firsts),
        last_names=frozenset(lasts),
        pairs=frozenset(pairs & asked_pairs(asked, frozenset(firsts), frozenset(lasts))),
        companies=frozenset(one.company for one in people if asked.index.may_have(phrase_of(one.company))),
        shared_companies=frozenset(company for company, used in companies.items() if used > MOST_SHARED),
        cities=frozenset(one.city for one in people if asked.index.may_have(phrase_of(one.city))),
        birthdays=frozenset(one.birthday for one in people if one.birthday) & asked.days,
        custom={
            value: key
            for value, key in custom.items()
            if value in asked.values or (value.count(" ") >= MAX_VALUE_WORDS and asked.index.has(value))
        },
        fixed={value: key for one in people for key, value in one.fixed.items() if value in asked.fixed},
    )


def report_on(
    document: dict[str, Any],
    *,
    people: Sequence[Seeded] = PEOPLE,
    details: Mapping[str, str] | None = None,
    choices: Choices | None = None,
) -> Report:
    """Sanitize a definition."""
    parsed, texts = parse(document), details or {"name": "Ours", "description": ""}
    return sanitized(parsed, texts, known_of(parsed, texts, people), BUSINESS, choices)


def clean(body: str, *, people: Sequence[Seeded] = PEOPLE, choices: Choices | None = None) -> str:
    """Sanitize the body of an email."""
    report = report_on(definition(email("hello", "Hello", body)), people=people, choices=choices)
    return str(report.document["steps"][0]["config"]["body"])
