"""The invented people, and the ready files made of them."""

import csv
from collections import Counter

import pytest

from app.files.domain.checkup.typos import meant_domain
from app.files.domain.samples.file import (
    EARLIER,
    HEADER,
    SAMPLE_CONTACTS,
    TO_TRY,
    Recipe,
    people_csv,
)
from app.files.domain.samples.people import plain, sample_people
from app.platform.addresses import AddressProblem, email_key, first_email, phone_key

PEOPLE = sample_people(SAMPLE_CONTACTS)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(data.decode().splitlines()))


def test_they_are_the_same_every_time() -> None:
    assert sample_people(300) == PEOPLE[:300]
    assert people_csv(TO_TRY) == people_csv(TO_TRY)


def test_nobody_real_can_be_reached() -> None:
    keys = [email_key(person.email) for person in PEOPLE]
    assert len(set(keys)) == SAMPLE_CONTACTS, "each has an address of their own"
    domains = {str(key).rpartition("@")[2] for key in keys}
    assert domains == {"example.com", "example.org", "example.net"}
    phones = [phone_key(person.phone, None) for person in PEOPLE if person.phone]
    assert len(phones) > 500
    assert len(set(phones)) == len(phones)
    assert not [phone for phone in phones if isinstance(phone, AddressProblem)]


def test_they_come_from_many_countries_and_differ() -> None:
    countries = Counter(person.country for person in PEOPLE)
    assert len(countries) == 20
    assert countries.most_common(1)[0][1] < 400
    names = Counter((person.first_name, person.last_name) for person in PEOPLE)
    assert names.most_common(1)[0][1] <= 6
    statuses = Counter(person.status for person in PEOPLE)
    assert 1750 < statuses["active"] < 1900
    assert min(statuses.values()) > 3


@pytest.mark.parametrize(
    ("name", "written"),
    [("Jürgen", "juergen"), ("D'Angelo", "dangelo"), ("Łódź", "lodz"), ("Şahin", "sahin")],
)
def test_a_name_in_an_address(name: str, written: str) -> None:
    assert plain(name) == written


@pytest.mark.parametrize(("recipe", "count"), [(TO_TRY, 500), (EARLIER, 260)])
def test_a_file_holds_what_its_recipe_says(recipe: Recipe, count: int) -> None:
    found = rows(people_csv(recipe))
    assert len(found) == count
    assert tuple(found[0]) == HEADER
    readings = [first_email(row["E-mail"]) for row in found]
    keys = [reading.key for reading in readings if reading.key]
    known = {email_key(person.email) for person in PEOPLE}
    assert len(known.intersection(keys)) == recipe.known
    assert len({key for key in keys if meant_domain(key.rpartition("@")[2])}) == recipe.mistyped
    people = recipe.known + recipe.new + recipe.mistyped + recipe.unsubscribed
    assert len(set(keys)) == people
    problems = Counter(reading.problem for reading in readings if reading.problem)
    assert problems[AddressProblem.BLANK] >= recipe.blank
    assert len(keys) + sum(problems.values()) == count
    assert sum(row["Newsletter"] == "unsubscribed" for row in found) >= recipe.unsubscribed
