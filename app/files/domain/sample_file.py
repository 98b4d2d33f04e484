"""A ready file to try an upload with: 500 people, with mistakes in it.

Some of them are the invented people that sample data put into the account, some are new, and each kind of
mistake that real lists have is there: repeated, broken, blank, mistyped and unsubscribed addresses.
"""

import csv
import io
import random
from functools import lru_cache
from typing import Final

from app.files.domain.sample_people import SEED, SamplePerson, sample_people

SAMPLE_FILE_NAME: Final = "500 people, with mistakes in it.csv"
HEADER: Final = ("First name", "Last name", "E-mail", "Phone", "City", "Country", "Newsletter")
SAMPLE_CONTACTS: Final = 2000

KNOWN, NEW = 317, 90
REPEATED, BROKEN, BLANK, MISTYPED, UNSUBSCRIBED = 24, 13, 5, 41, 10

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
    "{local}@{domain}.",
    "n/a",
    "{local}@.{domain}",
    "{local}(at){domain}",
    "{local}@{name},com",
    "see phone",
)


@lru_cache(maxsize=1)
def sample_people_csv() -> bytes:
    """The file, the same one every time."""
    source = random.Random(SEED + 1)
    everybody = sample_people(SAMPLE_CONTACTS + 200)
    known = source.sample([one for one in everybody[:SAMPLE_CONTACTS] if one.status != "blocked"], KNOWN)
    newcomers = iter(everybody[SAMPLE_CONTACTS:])
    rows = [_row(one) for one in known]
    rows += [_row(next(newcomers)) for _ in range(NEW)]
    rows += [_row(next(newcomers), newsletter="unsubscribed") for _ in range(UNSUBSCRIBED)]
    rows += [_row(one, _mistyped(one, source)) for one in (next(newcomers) for _ in range(MISTYPED))]
    rows += [_row(next(newcomers), "") for _ in range(BLANK)]
    rows += [_row(one, _broken(one, way)) for way, one in zip(_BREAKS, newcomers, strict=False)]
    source.shuffle(rows)
    for row in source.sample(rows[: KNOWN // 2], REPEATED):
        rows.insert(source.randrange(KNOWN, len(rows)), _again(row, source))
    return _written(rows)


def _row(person: SamplePerson, email: str | None = None, newsletter: str = "yes") -> list[str]:
    address = person.email if email is None else email
    return [
        person.first_name,
        person.last_name,
        address,
        person.phone,
        person.city,
        person.country,
        newsletter,
    ]


def _mistyped(person: SamplePerson, source: random.Random) -> str:
    return f"{person.email.partition('@')[0]}@{source.choice(_WRONG_DOMAINS)}"


def _broken(person: SamplePerson, way: str) -> str:
    local, _, domain = person.email.partition("@")
    return way.format(local=local, domain=domain, name=domain.partition(".")[0])


def _again(row: list[str], source: random.Random) -> list[str]:
    """The same address as somebody would type it a second time."""
    first, last, email, *rest = row
    return [first, last, source.choice((email, email.upper(), f" {email}", email.capitalize())), *rest]


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode()
