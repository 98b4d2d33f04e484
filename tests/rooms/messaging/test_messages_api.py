"""Messages in the JSON API, and feedback about them (E-17)."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.messaging.application import reports
from app.messaging.application.composing import message_id_of
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person, Program, program_of
from tests.rooms.messaging.mailing import messages
from tests.rooms.messaging.test_feedback import status_of, waiting
from tests.services.statements import statements


def header(app: Flask, message: Message) -> str:
    with app.app_context():
        return f"<{message_id_of(message.id)}@example.com>"


def tell(program: Program, *entries: dict[str, Any]) -> list[str]:
    answer = program.post("/messages/feedback", {"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    return list(answer.json["results"])


def test_feedback_is_answered_entry_by_entry(
    app: Flask, bob: Person, mallory: Person, program: Program
) -> None:
    it, ids = waiting(app, bob)
    theirs, _ = waiting(app, mallory)
    one, two = (header(app, message) for message in messages(it))
    entries = [
        {"type": "bounced", "message_id": one, "reason": "550 No such\r\nuser", "at": "2026-03-01T09:00:00Z"},
        {"type": "delivered", "message_id": two.strip("<>").partition("@")[0]},
        {"type": "opened", "message_id": two},
        {"type": "Bounced", "message_id": two},
        {"type": "bounced", "message_id": header(app, messages(theirs)[0])},
        {"type": "bounced", "message_id": "<someone@example.com>"},
    ]
    expected = ["recorded", "recorded", "ignored", "ignored", "unknown_message", "unknown_message"]
    assert tell(program, *entries) == expected
    assert tell(program, *entries) == expected
    states = [(message.state, message.answer) for message in messages(it)]
    assert states[0] == ("bounced", "550 No such user") and states[1][0] == "delivered"
    assert [message.state for message in messages(theirs)] == ["sent", "sent"]
    assert [status_of(app, bob, one) for one in ids] == ["bounced", "active"]


def test_what_was_not_sent_has_no_feedback(app: Flask, bob: Person, program: Program) -> None:
    it, _ = waiting(app, bob)
    [message, _] = messages(it)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        mine = (Message.account_id == bob.actor.account_id, Message.id == message.id)
        session().execute(sa.update(Message).where(*mine).values(state="failed"))
    assert tell(program, {"type": "bounced", "message_id": header(app, message)}) == ["not_sent"]
    assert messages(it)[0].state == "failed"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"entries": []},
        {"entries": [{"type": "bounced", "message_id": "x"}] * 1001},
        {"entries": [{"type": "bounced"}]},
        {"entries": [{"type": "bounced", "message_id": "x", "at": "2026-03-01"}]},
        {"entries": [{"type": "bounced", "message_id": "x", "why": "Full"}]},
    ],
)
def test_feedback_that_is_refused(program: Program, body: dict[str, Any]) -> None:
    assert program.post("/messages/feedback", body).status_code == 422


def test_feedback_needs_the_right_to_change_contacts(app: Flask, bob: Person, vera: Person) -> None:
    it, _ = waiting(app, bob)
    body = {"entries": [{"type": "bounced", "message_id": header(app, messages(it)[0])}]}
    for program in (program_of(app, vera), program_of(app, bob, "report:view")):
        assert program.post("/messages/feedback", body).status_code == 403
    assert messages(it)[0].state == "sent"


def test_what_is_said_to_happen_later_happened_now(app: Flask, bob: Person, program: Program) -> None:
    it, _ = waiting(app, bob)
    entry = {"type": "replied", "message_id": header(app, messages(it)[0]), "at": "2199-01-01T00:00:00Z"}
    assert tell(program, entry) == ["recorded"]
    replied_at = messages(it)[0].replied_at
    assert replied_at is not None and replied_at <= now()


def test_messages_are_listed(app: Flask, bob: Person, mallory: Person, program: Program) -> None:
    it, ids = waiting(app, bob)
    waiting(app, mallory)
    tell(program, {"type": "delivered", "message_id": header(app, messages(it)[0])})
    first = program.get("/messages?limit=1").json
    second = program.get(f"/messages?limit=1&cursor={first['next_cursor']}").json
    found = first["data"] + second["data"]
    assert second["next_cursor"] is None
    assert [one["contact_id"] for one in found] == ids[::-1]
    assert [one["state"] for one in found] == ["sent", "delivered"]
    assert [program.get(f"/messages/{one['id']}").json for one in found] == found
    assert f"<{found[1]['message_id']}@example.com>" == header(app, messages(it)[0])
    workflow = found[0]["workflow_id"]
    for query, number in (
        (f"workflow={workflow}", 2),
        ("workflow=another", 0),
        (f"contact={ids[0]}", 1),
        (f"contact={ids[0]}&state=sent", 0),
        ("state=delivered", 1),
    ):
        assert len(program.get(f"/messages?{query}").json["data"]) == number, query


def test_messages_of_others_are_not_found(app: Flask, bob: Person, mallory: Person) -> None:
    it, _ = waiting(app, bob)
    other = program_of(app, mallory)
    assert other.get(f"/messages/{messages(it)[0].id}").status_code == 404
    assert other.get("/messages").json["data"] == []


def test_statements_of_a_list_do_not_grow(app: Flask, bob: Person, program: Program) -> None:
    waiting(app, bob)
    program.get("/messages")
    asked = []
    for limit in (1, 2):
        with statements(app) as found:
            program.get(f"/messages?limit={limit}")
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_what_takes_too_long_is_to_be_sent_again(
    app: Flask, bob: Person, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, _ = waiting(app, bob)
    entry = {"type": "bounced", "message_id": header(app, messages(it)[0])}
    with monkeypatch.context() as hurry:
        hurry.setattr(reports, "SECONDS_A_REQUEST", 0.0)
        assert tell(program, entry, entry) == ["later", "later"]
    assert messages(it)[0].state == "sent"
    assert tell(program, entry) == ["recorded"]
