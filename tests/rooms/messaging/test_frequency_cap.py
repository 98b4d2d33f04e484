"""A contact gets at most so many messages within some days, from all workflows together (E-26)."""

import csv
import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.activity.infrastructure.tables import ContactEvent
from app.messaging.application import sending
from app.messaging.application.pace.frequency import change_frequency_cap
from app.messaging.domain.reasons import Delay, sentence_of
from app.messaging.domain.states import State
from app.messaging.infrastructure import due, store
from app.messaging.infrastructure.tables import Message, MessageCount
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person, Program
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.messaging.settings_page import PAGE
from tests.unit.workflows.documents import email, sms, step

DELAYED = sentence_of(Delay.FREQUENCY_CAP, State.PLANNED)
LAST = step("last", "add_tag", tag="Last")


@pytest.fixture(autouse=True)
def _first_workflow_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_last_workflow", {})


def cap(app: Flask, person: Person, number: Any = 1, days: Any = 7, beyond: str = "wait") -> None:
    typed = {"cap_messages": str(number), "cap_days": str(days), "cap_beyond": beyond}
    with app.app_context():
        change_frequency_cap(person.actor, typed)


def campaigns(app: Flask, person: Person, *steps: Any, count: int = 1) -> tuple[list[Campaign], list[int]]:
    """A campaign for each step, with the same people, whose first messages are planned."""
    ids = people(app, person.actor, count)
    made = [campaign(app, person.actor, one, LAST, name=f"C{at}") for at, one in enumerate(steps)]
    for it in made:
        it.enroll(ids)
        it.move()
    made[0].at = made[-1].at
    return made, ids


def by_workflow(it: Campaign) -> list[list[str]]:
    """The states of the messages of each workflow, in the order in which they were made."""
    found: dict[int, list[str]] = {}
    for one in messages(it):
        found.setdefault(one.workflow_id, []).append(one.state)
    return [found[key] for key in sorted(found)]


def timeline(app: Flask, person: Person, contact_id: int) -> list[str]:
    with app.app_context(), acting_for(person.actor.account_id):
        query = sa.select(ContactEvent.kind).where(
            ContactEvent.account_id == person.actor.account_id, ContactEvent.contact_id == contact_id
        )
        found = session().scalars(query.order_by(ContactEvent.id))
        return [kind for kind in found if kind.startswith("message_")]


def test_without_a_cap_everything_is_sent(app: Flask, alice: Person) -> None:
    [first, _], _ = campaigns(app, alice, email("one"), email("two"))
    send(first)
    assert by_workflow(first) == [["sent"], ["sent"]]


def test_a_message_beyond_the_cap_waits_until_it_is_allowed(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, second], [contact_id] = campaigns(app, alice, email("one"), sms("two", "Hello"))
    sent_at = first.at
    send(first)
    assert by_workflow(first) == [["sent"], ["planned"]]
    waiting = messages(first)[1]
    assert waiting.due_at == sent_at + timedelta(days=7)
    assert second.where()[contact_id] == ("active", "two")
    assert timeline(app, alice, contact_id) == ["message_sent", "message_waiting"]
    second.at = sent_at + timedelta(days=7, seconds=-1)
    send(second)
    assert by_workflow(first) == [["sent"], ["planned"]]
    go_on(second, seconds=2)
    assert by_workflow(first)[1] != ["planned"]
    assert second.where()[contact_id] == ("completed", "last")


def test_why_a_message_waits_is_said_only_while_it_does(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, _], [contact_id] = campaigns(app, alice, email("one"), email("two"))
    send(first)
    page = f"/messages/{messages(first)[1].id}"
    assert DELAYED in alice.get(page).text
    assert alice.post(f"/contacts/{contact_id}/unsubscription").status_code == 303
    go_on(first, days=8)
    assert by_workflow(first)[1] == ["withdrawn"]
    assert DELAYED not in alice.get(page).text


def test_messages_that_wait_since_an_earlier_version_know_why(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, _], [contact_id] = campaigns(app, alice, email("one"), email("two"))
    send(first)
    with app.app_context():
        downgrade(revision="0073_codes_of_answers-1")
    assert messages(first)[1].answer.startswith("Waits, because")
    with app.app_context():
        upgrade()
    assert messages(first)[1].answer == Delay.FREQUENCY_CAP
    send(first)
    assert timeline(app, alice, contact_id).count("message_waiting") == 1


def test_a_message_that_waits_is_not_looked_at_until_it_is_allowed(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, _], _ = campaigns(app, alice, email("one"), email("two"))
    send(first)
    with app.app_context():
        assert not due.accounts_due("email", first.at + timedelta(days=6))
        assert due.accounts_due("email", first.at + timedelta(days=7)) == [alice.actor.account_id]


def test_those_that_wait_go_out_one_after_the_other(app: Flask, alice: Person) -> None:
    cap(app, alice, 2, 1)
    [first, *_], [contact_id] = campaigns(app, alice, *(email(f"e{at}") for at in range(5)))
    for sent in (2, 4, 5):
        send(first)
        assert [one.state for one in messages(first)].count("sent") == sent
        first.at += timedelta(days=1)
    assert timeline(app, alice, contact_id).count("message_waiting") == 3  # each of them once


def test_a_message_beyond_the_cap_is_skipped_if_so_set(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7, "skip")
    [first, second], [contact_id] = campaigns(app, alice, email("one"), email("two"))
    send(first)
    assert by_workflow(first) == [["sent"], ["skipped"]]
    second.move()
    assert second.where()[contact_id] == ("completed", "last")
    assert second.numbers_are_right()
    assert timeline(app, alice, contact_id) == ["message_sent", "message_skipped"]
    page = alice.get(f"/contacts/{contact_id}").text
    assert "The frequency cap skipped a message of" in page
    assert "Skipped" in alice.get("/messages?view=canceled").text


def test_skipped_messages_are_among_the_numbers_of_their_workflow(
    app: Flask, alice: Person, program: Program
) -> None:
    cap(app, alice, 1, 7, "skip")
    [first, second], _ = campaigns(app, alice, email("one"), email("two"), count=3)
    send(first)
    for it, sent, skipped in ((first, 3, 0), (second, 0, 3)):
        found = program.get(f"/workflows/{it.public_id}/analytics").json["messages"]
        assert (found["sent"], found["skipped"], found["failed"]) == (sent, skipped, 0)
        file = alice.get(f"/workflows/{it.public_id}/analytics/messages.csv").get_data().decode("utf-8-sig")
        assert [row["Skipped"] for row in csv.DictReader(io.StringIO(file))] == [str(skipped)]
        assert it.numbers_are_right()
    page = alice.get(f"/workflows/{second.public_id}/analytics").text
    assert "because of the frequency cap" in page and "No messages were sent" not in page
    with app.app_context():
        downgrade(revision="0068_message_counts-1")
        upgrade()
    assert second.numbers_are_right()
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        session().execute(
            sa.delete(MessageCount).where(
                MessageCount.account_id == alice.actor.account_id, MessageCount.result == "skipped"
            )
        )
    assert not second.numbers_are_right()


def test_others_are_not_held_up(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, second], ids = campaigns(app, alice, email("one"), email("two"))
    others = [*ids, *people_named(app, alice, ["x", "y"])]
    second.enroll(others)
    second.move()
    first.at = second.at
    send(first)
    states = {one.contact_id: one.state for one in messages(first) if one.step_id == "two"}
    assert states == {ids[0]: "planned", others[1]: "sent", others[2]: "sent"}


def people_named(app: Flask, person: Person, names: Sequence[str]) -> list[int]:
    return [add(app, person.actor, f"{name}@example.com") for name in names]


def test_a_message_that_may_have_been_sent_counts(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, _], _ = campaigns(app, alice, email("one"), email("two"))
    workflow_id = messages(first)[0].workflow_id
    with app.app_context(), acting_for(alice.actor.account_id):
        with transaction():
            claimed, _ = store.claim(alice.actor.account_id, workflow_id, "email", first.at, 20)
            assert len(claimed) == 1
        send(first)
        assert by_workflow(first) == [["sending"], ["planned"]]
        assert messages(first)[1].due_at == first.at + timedelta(minutes=1)  # it may yet be refused
        with transaction():
            session().execute(
                sa.update(Message)
                .where(Message.account_id == alice.actor.account_id, Message.state == "sending")
                .values(lease_until=now() - timedelta(seconds=1))
            )
        with transaction():
            store.doubt_abandoned()
    first.at += timedelta(minutes=1)
    send(first)
    assert by_workflow(first) == [["uncertain"], ["planned"]]
    assert messages(first)[1].due_at > first.at + timedelta(days=6)


@pytest.mark.parametrize("typed", [("", ""), ("2", "7")])
def test_those_that_wait_are_looked_at_again_when_the_cap_changes(
    app: Flask, alice: Person, typed: tuple[str, str]
) -> None:
    cap(app, alice, 1, 7)
    [first, _], _ = campaigns(app, alice, email("one"), email("two"))
    send(first)
    cap(app, alice, *typed)
    first.at = now()
    send(first)
    assert by_workflow(first) == [["sent"], ["sent"]]


def test_two_workers_do_not_both_take_the_last_message(app: Flask, alice: Person) -> None:
    cap(app, alice, 1, 7)
    [first, _], ids = campaigns(app, alice, email("one"), email("two"), count=20)
    workflow_ids = sorted({one.workflow_id for one in messages(first)})
    together = Barrier(2)

    def take(workflow_id: int) -> list[int]:
        with app.app_context(), acting_for(alice.actor.account_id):
            together.wait()
            with transaction():
                claimed, _ = store.claim(alice.actor.account_id, workflow_id, "email", first.at, 20)
            return [one.contact_id for one in claimed]

    with ThreadPoolExecutor(2) as workers:
        taken = [contact_id for found in workers.map(take, workflow_ids) for contact_id in found]
    assert sorted(taken) == ids


def test_other_accounts_have_caps_of_their_own(app: Flask, alice: Person, mallory: Person) -> None:
    cap(app, mallory, 1, 7)
    [first, _], _ = campaigns(app, alice, email("one"), email("two"))
    send(first)
    assert by_workflow(first) == [["sent"], ["sent"]]


def test_the_cap_is_set_next_to_the_other_settings_of_sending(alice: Person) -> None:
    def save(messages: str, days: str, beyond: str = "skip") -> Any:
        typed = {"cap_messages": messages, "cap_days": days, "cap_beyond": beyond}
        return alice.post(f"{PAGE}/frequency", typed)

    assert save("3", "7").status_code == 303
    page = alice.get(PAGE).text
    assert 'name="cap_messages" type="text" value="3"' in page
    for wrong in (("3", ""), ("0", "7"), ("x", "7"), ("3", "366"), ("3", "7", "never")):
        assert save(*wrong).status_code == 422
    assert "set a frequency cap for the sending of messages (3 messages in 7 days)" in words(alice)
    assert save("", "").status_code == 303
    assert "removed the frequency cap" in words(alice)


def words(person: Person) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", person.get("/activity").text).split())


def test_only_who_may_change_the_account_may_set_it(bob: Person, vera: Person) -> None:
    typed = {"cap_messages": "3", "cap_days": "7", "cap_beyond": "wait"}
    for person in (bob, vera):
        assert person.post(f"{PAGE}/frequency", typed).status_code == 403
