"""Replies, returned emails, and complaints (E-17)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.messaging.application import feedback
from app.messaging.domain.reactions.feedback import Feedback
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.engine.moved import Campaign
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.messaging.test_reactions import LAST, sent
from tests.unit.workflows.documents import branch, email, path, rule, step, wait


def tell(
    app: Flask, bob: Person, message: Message, what: str, answer: str = "", at: datetime | None = None
) -> bool:
    with app.app_context():
        return feedback.receive(bob.actor.account_id, message.id, Feedback(what), answer, at or now())


def status_of(app: Flask, bob: Person, contact_id: int) -> str | None:
    with app.app_context(), acting_for(bob.actor.account_id):
        return contacts.status_of(bob.actor.account_id, contact_id)


def time_line(bob: Person, contact_id: int) -> str:
    return str(bob.get(f"/contacts/{contact_id}").text)


def waiting(app: Flask, bob: Person) -> tuple[Campaign, list[int]]:
    return sent(app, bob, email("hello"), wait("pause"), LAST)


def test_a_returned_email_blocks_its_contact(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    first, _ = messages(it)
    assert tell(app, bob, first, "bounced", "550 No such user")
    assert tell(app, bob, first, "bounced", "550 No such user")
    message, other = messages(it)
    assert (message.state, message.answer, other.state) == ("bounced", "550 No such user", "sent")
    assert [status_of(app, bob, one) for one in ids] == ["bounced", "active"]
    assert [it.where()[one][0] for one in ids] == ["withdrawn", "active"]
    assert time_line(bob, ids[0]).count("Email returned") == 1
    assert it.numbers_are_right()


def test_the_third_return_for_now_within_a_month_blocks(app: Flask, bob: Person) -> None:
    steps = [email("one"), email("two"), email("three"), email("four"), wait("pause")]
    it, ids = sent(app, bob, *steps, count=1)
    one, two, three, four = messages(it)
    assert tell(app, bob, one, "soft_bounced", "452 Full", now() - timedelta(days=31))
    assert [tell(app, bob, message, "soft_bounced", "452 Full") for message in (two, two, three)]
    assert status_of(app, bob, ids[0]) == "active"
    assert tell(app, bob, four, "soft_bounced", "452 Full")
    assert status_of(app, bob, ids[0]) == "bounced"


def test_a_complaint_unsubscribes(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    assert tell(app, bob, messages(it)[0], "complained")
    assert tell(app, bob, messages(it)[0], "complained")
    assert [status_of(app, bob, one) for one in ids] == ["unsubscribed", "active"]
    assert [it.where()[one][0] for one in ids] == ["withdrawn", "active"]
    assert "Marked an email as spam" in time_line(bob, ids[0])


def test_what_was_delivered(app: Flask, bob: Person) -> None:
    it, _ = waiting(app, bob)
    assert tell(app, bob, messages(it)[0], "delivered")
    assert [one.state for one in messages(it)] == ["delivered", "sent"]
    assert tell(app, bob, messages(it)[0], "bounced", "550 After all")
    assert tell(app, bob, messages(it)[0], "delivered")
    assert messages(it)[0].state == "bounced"


def test_a_reply_lets_go_on(app: Flask, bob: Person) -> None:
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="replied", step="hello", timeout=timeout)
    asked = {"any": [rule("event.replied", "equals", "hello")]}
    fork = branch("asks", path("yes", "Replied", asked))
    it, ids = sent(app, bob, email("hello"), waits, fork)
    assert tell(app, bob, messages(it)[0], "replied")
    assert it.move(minutes=1) == 1
    go_on(it, days=3)
    assert [dict(it.passed(one))["asks"] for one in ids] == ["yes", "default"]


def test_a_reply_is_noted_by_hand(app: Flask, bob: Person, vera: Person, mallory: Person) -> None:
    it, ids = waiting(app, bob)
    [message, _] = messages(it)
    page = f"/messages/{message.id}"
    assert "Mark as replied" in bob.get(page).text and "Mark as replied" not in vera.get(page).text
    assert vera.post(f"{page}/reply").status_code == 403
    assert mallory.post(f"{page}/reply").status_code == 404
    assert bob.post(f"{page}/reply").status_code == 303
    assert messages(it)[0].replied_at is not None
    assert "Mark as replied" not in bob.get(page).text
    assert "Replied to an email of" in time_line(bob, ids[0])


@pytest.mark.parametrize("what", list(Feedback))
def test_nothing_happens_to_what_was_not_sent_or_is_of_others(
    app: Flask, bob: Person, mallory: Person, what: Feedback
) -> None:
    it, ids = sent(app, bob, email("hello"), wait("pause"), count=1)
    [message] = messages(it)
    with app.app_context():
        assert not feedback.receive(mallory.actor.account_id, message.id, what, "", now())
    assert messages(it)[0].state == "sent" and status_of(app, bob, ids[0]) == "active"
