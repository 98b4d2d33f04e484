"""Settings pages: account, integrations, limits (P-07 in part, P-08)."""

import re

from flask import Flask

from app import create_app
from app.accounts.infrastructure.tables import Account
from app.integrations.application import connected, is_connected
from app.integrations.infrastructure.tables import Integration
from app.platform.database import db, session, transaction
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, sign_in
from tests.services.databases import Database


def test_the_owner_changes_the_account(app: Flask, alice: Person) -> None:
    data = {"account_name": " Sommer & Partner ", "time_zone": "America/New_York", "country": "US"}
    answer = alice.post("/settings", data)
    assert (answer.status_code, answer.location) == (303, "/settings")
    page = alice.get("/settings").text
    assert "Saved." in page
    assert 'value="Sommer &amp; Partner"' in page
    assert '<option selected value="America/New_York">New York</option>' in page
    assert "updated the account “Sommer &amp; Partner” (name, time zone, country)" in re.sub(
        r"<[^>]+>", "", alice.get("/activity").text
    )


def test_saving_without_a_change_notes_nothing(alice: Person) -> None:
    before = alice.get("/activity").text.count("log-text")
    alice.post("/settings", {"account_name": "Agency", "time_zone": "Europe/Berlin", "country": "DE"})
    assert alice.get("/activity").text.count("log-text") == before


def test_a_mistake_is_told_at_its_field(alice: Person) -> None:
    answer = alice.post("/settings", {"account_name": " ", "time_zone": "Nowhere", "country": "XX"})
    assert answer.status_code == 422
    for field in ("account_name", "time_zone", "country"):
        assert f'id="{field}-error"' in answer.text


def test_others_may_look_but_not_change(bob: Person, vera: Person) -> None:
    for person in (bob, vera):
        page = person.get("/settings")
        assert page.status_code == 200
        assert 'action="/settings"' not in page.text, "no button for what one may not do"
        assert "Europe/Berlin" in page.text and "Germany" in page.text
        answer = person.post("/settings", {"account_name": "Mine", "time_zone": "UTC", "country": ""})
        assert answer.status_code == 403
        assert "Ask an owner or admin" in answer.text
        assert person.get("/settings").text.count("Agency") > 0


def test_integrations_say_what_is_connected(app: Flask, vera: Person) -> None:
    page = vera.get("/settings/integrations").text
    assert page.count("Not connected") == 6
    assert 'href="/settings/business#review_link"' in page
    assert 'href="/settings/webhook">Job results</a>' in page
    with app.app_context(), transaction():
        session().add(Integration(account_id=vera.actor.account_id, kind="sms"))
    assert vera.get("/settings/integrations").text.count("Not connected") == 5


def test_integrations_of_one_account_are_not_those_of_another(
    app: Flask, alice: Person, mallory: Person
) -> None:
    with app.app_context():
        with transaction():
            session().add(Integration(account_id=alice.actor.account_id, kind="sms"))
        assert connected(alice.actor.account_id) == {"email", "sms"}
        assert connected(mallory.actor.account_id) == {"email"}
        assert is_connected(alice.actor.account_id, "sms")
        assert not is_connected(mallory.actor.account_id, "sms")
        assert is_connected(mallory.actor.account_id, "email")


def test_limits_say_how_much_is_used(app: Flask, alice: Person) -> None:
    with app.app_context(), transaction():
        session().add_all(
            Workflow(account_id=alice.actor.account_id, name=f"Number {number}", definition={"format": 1})
            for number in range(3)
        )
    text = _plain(alice.get("/settings/limits").text)
    assert "Workflows 3 of 1,000" in text
    assert "Unfinished enrollments and imports 0 of 10" in text
    assert "People per enrollment up to 10,000" in text
    assert re.search(r"Storage [\d.]+ \w+ of 10\W", text)


def test_an_account_with_a_limit_of_its_own_sees_it(database: Database) -> None:
    database.restore("people")
    app = create_app(database.settings(MAX_WORKFLOWS=7))
    alice = sign_in(app, "alice")
    assert "Workflows 0 of 7" in _plain(alice.get("/settings/limits").text)
    with app.app_context(), transaction():
        db.session.get_one(Account, alice.actor.account_id).limits = {
            "workflows": 2,
            "contacts_per_job": 50_000,
        }
    text = _plain(alice.get("/settings/limits").text)
    assert "Workflows 0 of 2" in text
    assert "People per enrollment up to 50,000" in text


def _plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
