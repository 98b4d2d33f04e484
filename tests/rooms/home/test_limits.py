"""Accounts set their own limits within the installation's maximum."""

import re

from flask import Flask

from app import create_app
from app.accounts.application import limit_of
from app.activity.infrastructure.queries import audit_entries
from tests.people import Person, sign_in
from tests.services.databases import Database

PAGE = "/settings/limits"


def limit(app: Flask, person: Person, name: str = "contacts_per_job") -> int:
    with app.app_context():
        return limit_of(person.actor.account_id, name, 10_000, 1_000_000)


def test_the_owner_raises_a_limit_and_goes_back_to_the_default(app: Flask, alice: Person) -> None:
    answer = alice.post(PAGE, {"contacts_per_job": "50,000", "workflows": "20"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert limit(app, alice) == 50_000
    page = " ".join(re.sub(r"<[^>]+>", " ", alice.get(PAGE).text).split())
    assert "People per enrollment up to 50,000" in page and "Workflows 0 of 20" in page
    with app.app_context():
        entry = audit_entries(alice.actor.account_id)[0]
        assert (entry.action, entry.facts["limits"]["contacts_per_job"]) == ("limits_changed", 50_000)
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "updated the limits of the account “Agency” (workflows: 20; people per enrollment: 50,000)" in log
    assert alice.post(PAGE, {"contacts_per_job": "", "workflows": "20"}).status_code == 303
    assert limit(app, alice) == 10_000


def test_what_the_operator_sets_is_shown_with_what_is_used(
    app: Flask, alice: Person, sam: Person, vera: Person
) -> None:  # P-08
    shown = {
        person: " ".join(re.sub(r"<[^>]+>", " ", person.get(PAGE).text).split())
        for person in (alice, sam, vera)
    }
    for page in shown.values():
        assert "Batches at a time 0 of 5" in page and "Set for the whole installation" in page
        assert re.search(r"Storage \d+ \w+ of 10.0 GB", page), page
        assert "API requests per minute up to 600" in page and "Job history up to 90 days" in page
    assert "Custom templates no limit" in shown[alice] and "Custom templates 0 of 10" in shown[sam]


def test_nobody_goes_beyond_the_installation(app: Flask, alice: Person) -> None:
    wrong = {
        "contacts_per_job": "1000001",
        "unfinished_jobs": "11",
        "running_batches": "0",
        "import_rows": "x",
    }
    answer = alice.post(PAGE, wrong)
    assert answer.status_code == 422
    for name, text in wrong.items():
        assert f'id="{name}-error"' in answer.text and f'value="{text}"' in answer.text
    assert limit(app, alice) == 10_000


def test_a_sub_account_stays_within_its_agency(app: Flask, alice: Person, sam: Person) -> None:
    assert sam.post(PAGE, {"contacts_per_job": "10001"}).status_code == 422
    alice.post(PAGE, {"contacts_per_job": "50000"})
    assert sam.post(PAGE, {"contacts_per_job": "50001"}).status_code == 422
    assert sam.post(PAGE, {"contacts_per_job": "50000"}).status_code == 303
    assert limit(app, sam) == 50_000


def test_a_limit_that_was_lowered_holds_at_once(app: Flask, alice: Person, sam: Person) -> None:
    sam.post(PAGE, {"workflows": "900"})
    alice.post(PAGE, {"workflows": "20"})
    with app.app_context():
        assert limit_of(sam.actor.account_id, "workflows", 1_000) == 20
        assert limit_of(alice.actor.account_id, "workflows", 1_000) == 20
        assert limit_of(alice.actor.account_id, "workflows", 10) == 10


def test_the_operator_says_how_high_it_may_go(database: Database) -> None:
    database.restore("people")
    app = create_app(database.settings(HIGHEST_CONTACTS_PER_JOB=20_000))
    alice = sign_in(app, "alice")
    assert alice.post(PAGE, {"contacts_per_job": "20001"}).status_code == 422
    assert alice.post(PAGE, {"contacts_per_job": "20000"}).status_code == 303


def test_others_look_and_change_nothing(app: Flask, bob: Person, vera: Person, mallory: Person) -> None:
    for person in (bob, vera):
        page = person.get(PAGE)
        assert page.status_code == 200 and "limits-form" not in page.text
        assert person.post(PAGE, {"contacts_per_job": "5"}).status_code == 403
    assert mallory.post(PAGE, {"contacts_per_job": "5"}).status_code == 303
    assert limit(app, bob) == 10_000
