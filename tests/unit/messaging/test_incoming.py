"""What incoming emails say about emails that were sent (E-17)."""

import random

import pytest

from app.messaging.domain.reactions.feedback import Feedback
from app.messaging.domain.reactions.incoming import MOST_IDS, Notice, read_incoming
from tests.rooms.messaging.incoming import complaint, reply, returned

ID = "9f2c4b1e"
KNOWN = f"{ID}@example.com"


def read(text: str) -> Notice | None:
    return read_incoming(text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    ("status", "said", "what"),
    [
        ("5.1.1", "550 5.1.1 No such user", "bounced"),
        ("5.0.0", "550 Rejected", "bounced"),
        ("5.2.2", "552 Mailbox full", "soft_bounced"),
        ("5.7.1", "550 Blocked by policy", "soft_bounced"),
        ("4.4.7", "451 Expired", "soft_bounced"),
        ("", "550 No such user", "bounced"),
        ("", "Something", "soft_bounced"),
        ("5.x.y", "452 Full", "soft_bounced"),
    ],
)
@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_returned_emails(status: str, said: str, what: str, kind: str) -> None:
    assert read(returned(ID, status, said, kind=kind)) == Notice(Feedback(what), (KNOWN,), said)


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "unheard-of", ""])
def test_what_may_still_arrive_is_not_returned(action: str) -> None:
    assert read(returned(ID, "4.4.1", action=action)) is None


def test_a_notice_of_delivery() -> None:
    found = read(returned(ID, "2.0.0", "250 OK", action="Delivered"))
    assert found == Notice(Feedback.DELIVERED, (KNOWN,), "250 OK")


def test_a_notice_that_returns_nothing_may_name_the_email_itself() -> None:
    text = returned(ID, kind="text/plain").replace("Return-Path", f"In-Reply-To: <{KNOWN}>\nReturn-Path")
    assert read(text) == Notice(Feedback.BOUNCED, (KNOWN,), "550 5.1.1 No such user")
    assert read(returned(ID, kind="text/plain")) is None


def test_complaints() -> None:
    assert read(complaint(ID)) == Notice(Feedback.COMPLAINED, (KNOWN,))
    for kind in ("not-spam", "virus", "fraud", "opt-out", ""):
        assert read(complaint(ID, kind)) is None


def test_replies_name_the_email_or_one_before_it() -> None:
    assert read(reply(ID)) == Notice(Feedback.REPLIED, (KNOWN, "first@example.org"))
    assert read(reply(ID, "Auto-Submitted: no\n")) is not None
    assert read("From: ann@example.com\nSubject: Hello\n\nHello") is None
    many = " ".join(f"<{number}@example.com>" for number in range(1000))
    found = read(f"From: ann@example.com\nReferences: {many}\n\nHello")
    assert found is not None and len(found.message_ids) == MOST_IDS


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: Auto-Generated; why=holiday",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "List-Id: <list.example.com>",
        "X-Autoreply: yes",
        "Return-Path: <>",
    ],
)
def test_what_machines_answer_is_no_reply(header: str) -> None:
    assert read(reply(ID, f"{header}\n")) is None


def test_a_receipt_is_no_reply() -> None:
    text = returned(ID).replace("report-type=delivery-status", "report-type=disposition-notification")
    assert read(text) is None


def test_a_report_inside_another_email_is_not_believed() -> None:
    inner = returned(ID)
    outer = 'From: ann@example.com\nContent-Type: multipart/mixed; boundary="o"\n\n--o\n'
    assert read(f"{outer}Content-Type: message/rfc822\n\n{inner}\n--o--\n") is None


@pytest.mark.parametrize("seed", range(60))
def test_broken_emails_are_read_as_far_as_possible(seed: int) -> None:
    """Whatever is cut, repeated, or exchanged."""
    chance = random.Random(seed)
    source = bytearray(chance.choice([returned(ID), complaint(ID), reply(ID)]).encode())
    for _ in range(chance.randrange(1, 40)):
        place = chance.randrange(len(source))
        match chance.randrange(3):
            case 0:
                del source[place : place + chance.randrange(30)]
            case 1:
                source[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(9)))
            case _:
                source[place:place] = source[place : place + chance.randrange(200)]
        source = source or bytearray(b"x")
    found = read_incoming(bytes(source))
    assert found is None or found.message_ids
