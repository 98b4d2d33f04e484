"""What is asked about the contacts of an account, and what is known about them and about the account.

The questions come from the texts, so their number does not depend on how many contacts there are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.gallery.domain.sanitizing.addresses import dates_in, emails_in, phones_in
from app.gallery.domain.sanitizing.names import MAX_NAME_WORDS, name_pairs
from app.gallery.domain.sanitizing.places import FIXED, Place
from app.gallery.domain.sanitizing.regions import regions_of
from app.gallery.domain.sanitizing.view import BREAK
from app.gallery.domain.sanitizing.words import TextIndex, Word, keys_of, runs, words_of

MAX_VALUE_WORDS: Final = 4
MAX_SIZE: Final = 120
MIN_SIZE: Final = 5
OUTER: Final = ".,;:!?()[]{}<>\"'“”’*_~`=&"


@dataclass
class Asked:
    """Candidates: keys of email addresses and phone numbers, names, days, and values of custom fields, in
    lowercase. `fixed` are those of them that are the date or number of a condition. `index` says whether a
    value, such as the name of a company, is in the texts; `words` are those of each part of a text."""

    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    index: TextIndex = field(default_factory=TextIndex)
    words: list[list[Word]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """Which candidates are values of contacts. `pairs` are (first name, last name) of the same contact;
    `companies` and `cities` are as stored, `shared_companies` those that many contacts have; `custom` is
    {value in lowercase: key of the custom field}, and `fixed` the same of custom fields for dates and
    numbers."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    first_names: frozenset[str] = frozenset()
    last_names: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    companies: frozenset[str] = frozenset()
    shared_companies: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    birthdays: frozenset[date] = frozenset()
    custom: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Business:
    """What texts may say about the account itself. `country` (ISO 3166) is that of phone numbers without a
    country code; `links` is {name: address} of its website, booking page, and review page."""

    name: str = ""
    phone: str = ""
    postal_address: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    country: str = ""


def asked_about(places: Iterable[Place], country: str) -> Asked:
    """Return what has to be looked up to sanitize these texts."""
    asked = Asked()
    for place in places:
        for region in regions_of(place.text, is_link=place.mode == "link"):
            asked.emails.update(one.key for one in emails_in(region))
            asked.phones.update(key for one in phones_in(region, country) for key in one.keys)
            asked.days.update(day for one in dates_in(region) for day in one.days)
            if place.mode in FIXED:
                asked.fixed.update(_values(region.view.plain))
            words = words_of(region)
            asked.index.add(words)
            asked.words.append(words)
            for run in runs(words, MAX_NAME_WORDS):
                if len(run[0].text) > 1 or len(run) > 1:
                    asked.names.update(key for key in keys_of(run) if len(key) <= MAX_SIZE)
            asked.values.update(_values(region.view.plain))
    return asked


def asked_pairs(
    asked: Asked, first_names: frozenset[str], last_names: frozenset[str]
) -> set[tuple[str, str]]:
    """Return the (first name, last name) that stand next to each other, in either order."""
    return {
        (one.first, one.last) for words in asked.words for one in name_pairs(words, first_names, last_names)
    }


def is_telling(value: str) -> bool:
    """Return whether a value of a custom field identifies somebody: a number or several words, not “yes”."""
    if not MIN_SIZE <= len(value) <= MAX_SIZE:
        return False
    has_letters = any(char.isalpha() for char in value)
    return " " in value or (any(char.isdigit() for char in value) and (has_letters or len(value) > MIN_SIZE))


def _values(plain: str) -> Iterator[str]:
    words = [word.strip(OUTER) for word in re.split(r"[\s=&]+", plain.replace(BREAK, " ").lower())]
    for at in range(len(words)):
        for size in range(1, MAX_VALUE_WORDS + 1):
            value = " ".join(words[at : at + size])
            if is_telling(value):
                yield value
