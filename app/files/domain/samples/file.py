"""Sample files of invented people, with the errors of real lists.

Some people are contacts of the sample data, others are new. Among their addresses are duplicate, invalid,
blank, mistyped, and unsubscribed ones.
"""

import csv
import io
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.files.domain.samples.people import SEED, SamplePerson, sample_people

SAMPLE_CONTACTS: Final = 2000
SAMPLE_FILE_NAME: Final = "500 sample contacts.csv"
EARLIER_FILE_NAME: Final = "Spring fair sign-ups.csv"
HEADER: Final = ("First name", "Last name", "E-mail", "Phone", "City", "Country", "Newsletter")


@dataclass(frozen=True)
class Recipe:
    """Number of rows of each kind; `seed` makes files of the same recipe differ."""

    seed: int
    known: int
    new: int
    repeated: int
    broken: int
    blank: int
    mistyped: int
    unsubscribed: int


TO_TRY: Final = Recipe(SEED + 1, 317, 90, repeated=24, broken=13, blank=5, mistyped=41, unsubscribed=10)
EARLIER: Final = Recipe(SEED + 2, 212, 18, repeated=9, broken=11, blank=3, mistyped=0, unsubscribed=7)

_WRONG_DOMAINS: Final = (
    "gmial.com",
    "gmial.com",
    "gmail.con",
    "gmal.com",
    "hotmial.com",
    "hotmail.con",
    "yaho.com",
    "outlok.com",
    "iclod.com",
)
_BREAKS: Final = (
    "{local}{domain}",
    "{local}@@{domain}",
    "{local}@",
    "@{domain}",
    "{local} @{domain}",
    "{local}@{name}",
    "{local}..x@{domain}",
    "{local}@{name}-.com",
    "n/a",
    "{local}@.{domain}",
    "{local}(at){domain}",
    "{local}@{name},com",
    "see phone",
)


@lru_cache(maxsize=2)
def people_csv(recipe: Recipe) -> bytes:
    """Return the file for a recipe; always the same bytes."""
    source = random.Random(recipe.seed)  # nosec B311 # made-up people
    everybody = sample_people(SAMPLE_CONTACTS + 400)
    known = source.sample(
        [one for one in everybody[:SAMPLE_CONTACTS] if one.status != "blocked"], recipe.known
    )
    newcomers = iter(source.sample(everybody[SAMPLE_CONTACTS:], 400))
    rows = [_row(one) for one in known]
    rows += [_row(next(newcomers)) for _ in range(recipe.new)]
    rows += [_row(next(newcomers), newsletter="unsubscribed") for _ in range(recipe.unsubscribed)]
    rows += [_row(one, _mistyped(one, source)) for one in (next(newcomers) for _ in range(recipe.mistyped))]
    rows += [_row(next(newcomers), "") for _ in range(recipe.blank)]
    rows += [
        _row(one, _broken(one, way)) for way, one in zip(_BREAKS[: recipe.broken], newcomers, strict=False)
    ]
    source.shuffle(rows)
    half = len(rows) // 2
    for row in source.sample(rows[:half], recipe.repeated):
        rows.insert(source.randrange(half, len(rows)), _again(row, source))
    return _written(rows)


def _row(person: SamplePerson, email: str | None = None, newsletter: str = "yes") -> list[str]:
    address = person.email if email is None else email
    name = [person.first_name, person.last_name]
    return [*name, address, person.phone, person.city, person.country, newsletter]


def _mistyped(person: SamplePerson, source: random.Random) -> str:
    return f"{person.email.partition('@')[0]}@{source.choice(_WRONG_DOMAINS)}"


def _broken(person: SamplePerson, way: str) -> str:
    local, _, domain = person.email.partition("@")
    return way.format(local=local, domain=domain, name=domain.partition(".")[0])


def _again(row: list[str], source: random.Random) -> list[str]:
    """Return the row with its address as it might be typed a second time."""
    first, last, email, *rest = row
    return [first, last, source.choice((email, email.upper(), f" {email}", email.capitalize())), *rest]


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode()
