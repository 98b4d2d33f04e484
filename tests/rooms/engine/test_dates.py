"""Dates of contacts start active workflows, each at its time in the contact's time zone (E-20)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.engine.application.triggers.dates import enroll_on_dates
from app.engine.domain.occasions import birthdays, occasions
from app.engine.infrastructure import dates
from app.platform.database import transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.domain.types.config import Config
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign
from tests.rooms.engine.test_triggers import allow_again, sources, started
from tests.unit.workflows.documents import rule, step

NINE = datetime(2027, 5, 14, 7, 0, tzinfo=UTC)  # 9:00 in Berlin, the account's time zone
MINUTE = timedelta(minutes=1)


def look(app: Flask, bob: Person, at: datetime) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        enroll_on_dates(bob.actor.account_id, at)


def on_birthday(app: Flask, bob: Person, **given: Any) -> Campaign:
    note = step("note", "add_note", text="Hello")
    it = started(app, bob, "date_reached", note, **{"field": "contact.birthday", **given})
    look(app, bob, NINE - timedelta(days=3))  # the first look begins to watch
    return it


def test_birthdays_with_and_without_a_year(app: Flask, bob: Person) -> None:
    it = on_birthday(app, bob)
    ann = add(app, bob.actor, "ann@example.com", birthday="1990-05-14")
    ben = add(app, bob.actor, "ben@example.com", birthday="--05-14")
    add(app, bob.actor, "cleo@example.com", birthday="1990-05-15")
    add(app, bob.actor, "dan@example.com")
    look(app, bob, NINE - MINUTE)
    assert not sources(it)
    for _ in range(2):
        look(app, bob, NINE + MINUTE)
    assert sources(it) == {(ann, "trigger"): 1, (ben, "trigger"): 1}


def test_the_time_of_day_is_in_the_zone_of_the_contact(app: Flask, bob: Person) -> None:
    it = on_birthday(app, bob)
    west = add(app, bob.actor, "w@example.com", birthday="1990-05-14", time_zone="America/New_York")
    home = add(app, bob.actor, "h@example.com", birthday="1990-05-14", time_zone="Europe/Berlin")
    east = add(app, bob.actor, "e@example.com", birthday="1990-05-14", time_zone="Asia/Tokyo")
    seen = []
    for hours in (-7, 0, 6):
        look(app, bob, NINE + timedelta(hours=hours) + MINUTE)
        seen.append({one for one, _ in sources(it)})
    assert seen == [{east}, {east, home}, {east, home, west}]


def test_days_before_and_filters(app: Flask, bob: Person) -> None:
    filters = {"all": [rule("contact.city", "equals", "Bristol")]}
    it = on_birthday(app, bob, days_before=3, at="09:00", filters=filters)
    ann = add(app, bob.actor, "ann@example.com", birthday="1990-05-17", city="Bristol")
    add(app, bob.actor, "ben@example.com", birthday="1990-05-17", city="Leeds")
    add(app, bob.actor, "cleo@example.com", birthday="1990-05-14", city="Bristol")
    look(app, bob, NINE + MINUTE)
    assert sources(it) == {(ann, "trigger"): 1}
    assert [one.occasion for one in it.enrollments()] == [date(2027, 5, 17)]


def test_a_date_in_a_custom_field_starts_on_that_day_alone(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.ensure_fields(bob.actor.account_id, ["Renewal"], None)
    ann = add(app, bob.actor, "ann@example.com", custom={"renewal": "2027-05-14"})
    add(app, bob.actor, "ben@example.com", custom={"renewal": "2026-05-14"})
    it = on_birthday(app, bob, field="contact.custom.renewal")
    look(app, bob, NINE + MINUTE)
    assert sources(it) == {(ann, "trigger"): 1}


def test_once_for_each_occasion_and_again_the_next_year(app: Flask, bob: Person) -> None:
    it = on_birthday(app, bob)
    allow_again(app, bob)
    ann = add(app, bob.actor, "ann@example.com", birthday="1990-05-14")
    look(app, bob, NINE + MINUTE)
    it.move(days=400)
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.edit_contact(
            bob.actor,
            ann,
            contacts.ContactChange(given={"time_zone": "America/New_York"}),
            lambda _: None,
        )
    look(app, bob, NINE + timedelta(hours=7))
    assert len(it.enrollments()) == 1, "the same birthday, in another time zone"
    for days in (365, 366):
        look(app, bob, NINE + timedelta(days=days, hours=7))
    assert len(it.enrollments()) == 2


def test_a_day_without_the_clock_is_made_up_for_and_more_is_noted(app: Flask, bob: Person) -> None:
    it = on_birthday(app, bob)
    missed = add(app, bob.actor, "m@example.com", birthday="1990-05-12")
    late = add(app, bob.actor, "l@example.com", birthday="1990-05-14")
    look(app, bob, NINE + timedelta(hours=23))
    assert {one for one, _ in sources(it)} == {late} and missed != late
    with app.app_context(), acting_for(bob.actor.account_id):
        workflow = workflows.find_workflow(bob.actor, it.public_id)
        days = dates.missed_days(bob.actor.account_id, workflow.id)
    assert days == ["2027-05-12", "2027-05-13"]
    page = bob.get(f"/workflows/{it.public_id}").text
    assert "Dates missed" in page and "added nobody for" in page


def test_what_is_due_while_a_workflow_is_paused_is_not_made_up_for(app: Flask, bob: Person) -> None:
    it = on_birthday(app, bob)
    add(app, bob.actor, "ann@example.com", birthday="1990-05-14")
    with app.app_context(), acting_for(bob.actor.account_id):
        workflows.pause(bob.actor, it.public_id)
        assert dates.idle_watches()
        for account_id, workflow_id in dates.idle_watches():
            with transaction():
                dates.stop_watching(account_id, workflow_id)
        assert bob.actor.account_id not in workflows.accounts_with_dates()
        workflows.activate(bob.actor, it.public_id, workflows.Ask.NEVER)
        assert bob.actor.account_id in workflows.accounts_with_dates()
    look(app, bob, NINE + timedelta(hours=1))
    assert not sources(it)


@pytest.mark.parametrize(("year", "has_leap_day"), [(2027, False), (2028, True)])
def test_february_29_is_on_february_28_in_other_years(year: int, has_leap_day: bool) -> None:
    born = date(1996, 2, 29)
    assert (born in birthdays(date(year, 2, 28))) is not has_leap_day
    assert born not in birthdays(date(year, 3, 1))
    if has_leap_day:
        assert born in birthdays(date(year, 2, 29))


def test_each_occasion_is_due_once_also_when_clocks_change() -> None:
    config = Config({"at": "02:30"})
    start = datetime(2027, 3, 20, tzinfo=UTC)
    every = [start + timedelta(hours=hours) for hours in range(24 * 300)]
    found = [
        one.day
        for since, until in pairwise(every)
        for one in occasions(config, "Europe/Berlin", since, until)
    ]
    assert found == sorted(set(found)) and len(found) in (299, 300)
