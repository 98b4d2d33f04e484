"""Failed enrollments go on when somebody says so (E-09)."""

from typing import Any

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.engine.application import retrying
from app.engine.infrastructure.failed import Which
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages
from tests.unit.workflows.documents import step

TEXT = step("text", "send_sms", text="Hello", on_failure="end")
LAST = step("last", "add_tag", tag="Last")


def failing(app: Flask, bob: Person, count: int = 2) -> tuple[Campaign, list[int]]:
    """People without a phone number who were to get a text message."""
    it = campaign(app, bob.actor, TEXT, LAST)
    ids = people(app, bob.actor, count)
    it.enroll(ids)
    go_on(it)
    assert {one[0] for one in it.where().values()} == {"failed"}
    return it, ids


def give_phone(app: Flask, bob: Person, contact_id: int) -> None:
    with app.app_context():
        change = contacts.ContactChange(given={"phone": "+4915112345678"})
        contacts.edit_contact(bob.actor, contact_id, change, lambda contact: None)


def retry(app: Flask, bob: Person, it: Campaign, **which: Any) -> int:
    with app.app_context(), acting_for(bob.actor.account_id):
        return retrying.retry_failed(bob.actor, it.public_id, Which(**which))


def test_whoever_has_a_number_now_gets_the_message(app: Flask, bob: Person) -> None:
    it, ids = failing(app, bob)
    give_phone(app, bob, ids[0])
    assert retry(app, bob, it) == 2
    assert it.numbers_are_right()
    go_on(it, minutes=1)
    assert it.where() == {ids[0]: ("completed", "last"), ids[1]: ("failed", "text")}
    assert [one.state for one in messages(it)].count("sent") == 1
    assert it.numbers_are_right()


def test_one_or_a_group(app: Flask, bob: Person) -> None:
    it, ids = failing(app, bob, 3)
    second = it.enrollments()[1].id
    assert retry(app, bob, it, step_id="last") == 0
    assert retry(app, bob, it, reason="criteria") == 0
    assert retry(app, bob, it, enrollment_id=second) == 1
    assert {key: one[0] for key, one in it.where().items()} == {
        ids[0]: "failed",
        ids[1]: "active",
        ids[2]: "failed",
    }
    assert retry(app, bob, it, step_id="text", reason="message") == 2
    assert retry(app, bob, it) == 0


def test_nobody_goes_on_who_has_said_no_or_is_in_again(app: Flask, bob: Person) -> None:
    it, ids = failing(app, bob, 3)
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.opt_out(bob.actor.account_id, ids[0], "Test", it.at)
    with app.app_context():
        contacts.erase_contact(bob.actor, ids[1])
    assert retry(app, bob, it) == 1
    assert {key: one[0] for key, one in it.where().items()}[ids[0]] == "failed"


def test_many_in_pieces(app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch, run_tasks: Any) -> None:
    monkeypatch.setattr(retrying, "AT_ONCE", 2)
    it, _ = failing(app, bob, 5)
    assert retry(app, bob, it) == 2
    run_tasks()
    assert "failed" not in {one[0] for one in it.where().values()} or len(messages(it)) == 10
    assert it.numbers_are_right()


def test_the_page_says_what_failed(app: Flask, bob: Person, vera: Person, mallory: Person) -> None:
    it, _ = failing(app, bob)
    page = f"/workflows/{it.public_id}/people"
    text = bob.get(f"{page}?view=failed").text
    assert "What failed" in text and "message couldn’t be sent" in text and "1. Send SMS" in text
    assert "Retry" not in vera.get(f"{page}?view=failed").text
    assert vera.post(f"{page}/retry").status_code == 403
    assert mallory.post(f"{page}/retry").status_code == 404
    answer = bob.post(f"{page}/retry", {"step": "text", "reason": "message"}, follow_redirects=True)
    assert "2 people continue at the step that failed." in answer.text
    assert {one[0] for one in it.where().values()} == {"active"}


def test_a_paused_workflow_retries_nobody(app: Flask, bob: Person) -> None:
    it, _ = failing(app, bob)
    with app.app_context():
        workflows.pause(bob.actor, it.public_id)
    answer = bob.post(f"/workflows/{it.public_id}/people/retry", follow_redirects=True)
    assert "Activate this workflow first." in answer.text
    assert {one[0] for one in it.where().values()} == {"failed"}
