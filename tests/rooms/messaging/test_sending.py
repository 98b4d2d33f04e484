"""Messages are planned by moves, sent once, and the enrollments go on (E-10, E-13, W-08)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.messaging.application import sending
from app.messaging.infrastructure import due, planning, store, turns
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages, send, states
from tests.unit.workflows.documents import email, goal, goals, step, wait

LAST = step("last", "add_tag", tag="Last")


def mailing(app: Flask, bob: Person, count: int = 2) -> tuple[Campaign, list[int]]:
    it = campaign(app, bob.actor, email("hello", "Hi {{ contact.first_name }}", "Dear **you**"), LAST)
    ids = people(app, bob.actor, count)
    it.enroll(ids)
    return it, ids


def test_without_a_mail_server_messages_are_kept_and_people_go_on(app: Flask, bob: Person) -> None:
    it, ids = mailing(app, bob)
    it.move()
    assert [one.state for one in messages(it)] == ["planned", "planned"]
    assert set(it.where().values()) == {("active", "hello")}
    send(it)
    first, second = messages(it)
    assert (first.state, first.address, first.subject) == ("sent", "p0@example.com", "Hi P000")
    assert first.merge_values["first_name"] == "P000"
    assert second.subject == "Hi P001"
    assert first.token != second.token
    it.move()
    assert set(it.where().values()) == {("completed", "last")}
    assert dict(it.passed(ids[0])) == {"hello": "", "last": ""}
    assert it.numbers_are_right()


def test_a_message_is_planned_once_for_a_step(app: Flask, bob: Person) -> None:
    it, _ = mailing(app, bob, 1)
    it.move()
    [message] = messages(it)
    row = (message.enrollment_id, message.contact_id, message.visit)
    shared = {
        name: getattr(message, name) for name in ("channel", "workflow_id", "version_id", "step_id", "due_at")
    }
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        shared["planned_at"] = message.planned_at
        assert planning.plan(bob.actor.account_id, [row], shared) == 0
        assert planning.plan(bob.actor.account_id, [(*row[:2], 2)], shared) == 1


def test_who_opts_out_between_planning_and_sending_gets_nothing(app: Flask, bob: Person) -> None:
    it, ids = mailing(app, bob)
    it.move()
    with app.app_context():
        contacts.unsubscribe(bob.actor, ids[0])
    assert [one.state for one in messages(it)] == ["withdrawn", "planned"]
    go_on(it)
    assert states(it) == {str(ids[0]): "withdrawn", "p1@example.com": "sent"}
    assert it.where()[ids[0]] == ("withdrawn", "hello")


def test_a_contact_that_may_not_be_contacted_is_not_claimed(app: Flask, bob: Person) -> None:
    """Also if the status was changed past everything that listens."""
    it, ids = mailing(app, bob)
    it.move()
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        session().execute(
            sa.text("UPDATE contacts SET status = 'unsubscribed' WHERE account_id = :account AND id = :id"),
            {"account": bob.actor.account_id, "id": ids[0]},
        )
    send(it)
    assert [one.state for one in messages(it)] == ["withdrawn", "sent"]


def test_reaching_a_goal_withdraws_the_message(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, email("hello"), LAST, goals=goals(goal("g", "tag_added", tag="Customer")))
    [one] = people(app, bob.actor, 1)
    it.enroll([one])
    it.move()
    with app.app_context():
        contacts.edit_contact(
            bob.actor, one, contacts.ContactChange(given={}, add_tags=["Customer"]), lambda contact: None
        )
    assert states(it) == {str(one): "withdrawn"}
    assert it.where()[one] == ("goal_reached", "hello")


def test_a_paused_workflow_sends_nothing(app: Flask, bob: Person) -> None:
    it, _ = mailing(app, bob)
    it.move()
    with app.app_context():
        workflows.pause(bob.actor, it.public_id)
    send(it)
    assert {one.state for one in messages(it)} == {"planned"}
    with app.app_context():
        workflows.activate(bob.actor, it.public_id, workflows.Ask.NEVER)
    go_on(it)
    assert {one.state for one in messages(it)} == {"sent"}
    assert set(it.where().values()) == {("completed", "last")}


@pytest.mark.parametrize(
    ("setting", "where"),
    [({}, ("completed", "last")), ({"on_failure": "end"}, ("failed", "text"))],
)
def test_a_missing_phone_number_fails_one_and_holds_up_nobody(
    app: Flask, bob: Person, setting: dict[str, str], where: tuple[str, str]
) -> None:
    text = step("text", "send_sms", text="Hi {{ contact.first_name }}", **setting)
    it = campaign(app, bob.actor, text, LAST)
    ids = people(app, bob.actor, 2)
    with app.app_context():
        change = contacts.ContactChange(given={"phone": "+4915112345678"})
        contacts.edit_contact(bob.actor, ids[1], change, lambda contact: None)
    it.enroll(ids)
    go_on(it)
    assert it.where() == {ids[0]: where, ids[1]: ("completed", "last")}
    first, second = messages(it)
    assert (first.state, first.answer) == ("failed", "The contact has no phone number.")
    assert (second.state, second.address) == ("sent", "+4915112345678")
    assert it.numbers_are_right()


def test_whoever_dies_while_sending_leaves_it_uncertain(app: Flask, bob: Person) -> None:
    it, _ = mailing(app, bob)
    it.move()
    account_id, workflow_id = bob.actor.account_id, messages(it)[0].workflow_id
    with app.app_context(), acting_for(account_id), transaction():
        claimed, _ = store.claim(account_id, workflow_id, "email", it.at, 1)
    assert [one.attempt for one in claimed] == [1]
    send(it)
    assert [one.state for one in messages(it)] == ["sending", "sent"]
    with app.app_context():
        sending.doubt_abandoned()
    assert messages(it)[0].state == "sending"
    with app.app_context(), acting_for(account_id), transaction():
        over = now() - timedelta(seconds=1)
        mine = (Message.account_id == account_id, Message.state == "sending")
        session().execute(sa.update(Message).where(*mine).values(lease_until=over))
    with app.app_context():
        sending.doubt_abandoned()
    assert messages(it)[0].state == "uncertain"
    send(it)
    assert messages(it)[0].state == "uncertain"
    assert sorted(it.where().values())[0] == ("active", "hello")


def test_one_task_at_a_time_sends_for_an_account(app: Flask, bob: Person) -> None:
    it, _ = mailing(app, bob)
    it.move()
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        assert turns.TURNS_OF["email"].take(account_id, "other")
        assert not turns.TURNS_OF["email"].take(account_id, "third")
    send(it)
    assert {one.state for one in messages(it)} == {"planned"}
    with app.app_context(), acting_for(account_id), transaction():
        turns.TURNS_OF["email"].give_back(account_id, "other")
    send(it)
    assert {one.state for one in messages(it)} == {"sent"}


@pytest.mark.parametrize("is_due", [True, False])
def test_accounts_with_messages_that_are_due_are_found(app: Flask, bob: Person, is_due: bool) -> None:
    it, _ = mailing(app, bob)
    it.move()
    at = it.at if is_due else it.at - timedelta(days=1)
    with app.app_context():
        assert due.accounts_due("email", at) == ([bob.actor.account_id] if is_due else [])


def test_messages_of_deleted_and_erased_contacts_keep_nothing_personal(app: Flask, alice: Person) -> None:
    it, ids = mailing(app, alice)
    go_on(it)
    with app.app_context():
        preview = contacts.erasure_preview(alice.actor, ids[0])
        assert "Removed from 1 sent message." in [one.text for one in preview.traces]
        contacts.erase_contact(alice.actor, ids[0])
    first, second = messages(it)
    assert (first.address, first.subject, first.merge_values) == (None, None, None)
    assert first.state == "sent"
    assert second.address == "p1@example.com"


def test_waits_after_a_message_count_from_when_it_was_sent(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, email("hello"), wait("pause", 2, "days"), email("again"), LAST)
    [one] = people(app, bob.actor, 1)
    it.enroll([one])
    go_on(it)
    assert it.where()[one] == ("active", "pause")
    go_on(it, days=1)
    assert len(messages(it)) == 1
    go_on(it, days=1)
    assert [message.step_id for message in messages(it)] == ["hello", "again"]
    assert it.where()[one] == ("completed", "last")
