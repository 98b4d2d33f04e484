"""Contacts and consent over time: derived once for the past, then counted every day; shown on Home."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import ContactTotals, Counted, DayCounts, growth
from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import NotAllowed
from app.platform.tenancy import acting_for
from tests.rooms.contacts.people import add

TODAY = now().date()


def made_at(app, actor, contact_id: int, days_ago: int, **values) -> None:
    at = now() - timedelta(days=days_ago)
    if "status" in values:
        values["status_at"] = now() - timedelta(days=values.pop("days"))
    with app.app_context(), acting_for(actor.account_id), transaction():
        session().execute(sa.update(Contact).where(Contact.id == contact_id).values(created_at=at, **values))


def counted(app, actor) -> list[DayCounts]:
    with app.app_context():
        return contacts.growth_of(actor)


def count(app) -> None:
    with app.app_context():
        contacts.count_contacts_of_day()


@pytest.fixture
def people(app, bob):
    """Three people added on different days; one opted out later, one has been blocked from the start."""
    made_at(app, bob.actor, add(app, bob.actor, "old@example.com"), 200)
    made_at(app, bob.actor, add(app, bob.actor, "ann@example.com"), 10, status="unsubscribed", days=3)
    made_at(app, bob.actor, add(app, bob.actor, "ben@example.com"), 5, status="blocked", days=5)


def test_the_past_is_derived_and_today_is_counted(app, bob, mallory, people):
    assert counted(app, bob.actor) == []
    count(app)
    day = [TODAY - timedelta(days=days) for days in range(201)]
    found = counted(app, bob.actor)
    assert found == [
        DayCounts(day[90], 1, 1),
        DayCounts(day[10], 2, 2),
        DayCounts(day[5], 3, 2),
        DayCounts(day[3], 3, 1),
        DayCounts(day[0], 3, 1),
    ]
    assert counted(app, mallory.actor) == [DayCounts(TODAY, 0, 0)], "each account has its own"
    add(app, bob.actor, "new@example.com")
    count(app)
    assert counted(app, bob.actor)[-1] == DayCounts(TODAY, 4, 2)
    assert len(counted(app, bob.actor)) == len(found)


def test_home_draws_it(app, bob, people):
    assert "growth-chart" not in bob.get("/").text
    count(app)
    page = bob.get("/").text
    chart = re.search(r'<svg class="growth-chart".*?</svg>', page, re.S)
    assert chart and "style=" not in chart[0]
    label = re.search(r'aria-label="([^"]+)"', chart[0])
    assert label and label[1].startswith("From 1 to 3 contacts since ")
    assert "1 could be contacted then, 1 can now." in label[1]
    points = re.findall(r'points="([^"]+)"', chart[0])
    assert len(points) == 3 and points[1].startswith("0.0,80.0 ") and points[1].endswith(" 600.0,0.0")
    add(app, bob.actor, "new@example.com")
    assert "From 1 to 4 contacts since " in bob.get("/").text, (
        "it knows what the daily count doesn’t know yet"
    )


def test_a_new_account_has_no_chart(app, bob):
    add(app, bob.actor, "new@example.com")
    count(app)
    assert counted(app, bob.actor) == [DayCounts(TODAY, 1, 1)]
    assert "growth-chart" not in bob.get("/").text


def test_who_may_see_it(app, vera, people):
    count(app)
    assert counted(app, vera.actor)
    nobody = vera.actor.__class__(vera.actor.account_id, "Agency", "nobody")  # type: ignore[arg-type]
    with app.app_context(), pytest.raises((NotAllowed, KeyError)):
        contacts.growth_of(nobody)
    assert isinstance(counted(app, vera.actor)[0].day, date)


def test_a_large_account_shows_the_count_of_the_hour(app, bob, mallory, people, monkeypatch):
    monkeypatch.setattr(growth, "COUNTED", 2)

    def totals(person) -> ContactTotals:
        with app.app_context():
            return contacts.totals_of(person.actor)

    def shown() -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", bob.get("/").text.partition("<main")[2]).split())

    assert totals(bob) == ContactTotals(2, 0, Counted.AT_LEAST), "nobody has counted them yet"
    assert totals(mallory) == ContactTotals(0, 0), "each account has its own"
    assert "Contacts more than 2 exact number within an hour" in shown()
    count(app)
    add(app, bob.actor, "new@example.com")
    assert totals(bob) == ContactTotals(3, 1, Counted.HOURLY)
    assert "Contacts 3 1 can be contacted, counted every hour" in shown()
    monkeypatch.setattr(growth, "COUNTED", 4)
    assert totals(bob) == ContactTotals(4, 2), "a small account is counted at once"
