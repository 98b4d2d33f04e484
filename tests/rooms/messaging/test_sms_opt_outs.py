"""What the provider reports of people who get no more texts is never lost, and counts for their number
(W-08)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application.bulk.deletion import delete_many
from app.contacts.infrastructure.tables import Contact
from app.messaging.application.sms import callbacks
from app.messaging.domain.sms.reports import Outcome, SmsReport
from app.messaging.domain.states import State
from app.messaging.infrastructure import store
from app.messaging.infrastructure.servers.send_results import SendResult, record_results
from app.messaging.infrastructure.sms import store as sms_store
from app.messaging.infrastructure.sms.tables import EarlyReport
from app.platform.clock import now
from app.platform.database import db, session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.engine.moved import Campaign
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.messaging.texting import NUMBERS, give_number, report, texting
from tests.services.twilio import FakeTwilio

ONE, OTHER = NUMBERS
OPTED_OUT = "21610"


def consents(app: Flask, person: Person) -> list[bool | None]:
    """What both numbers say."""
    account_id = person.actor.account_id
    with app.app_context(), acting_for(account_id):
        found = [contacts.sms_consent_of(account_id, number) for number in NUMBERS]
    return [one.is_given if one else None for one in found]


def claimed(app: Flask, person: Person) -> tuple[Campaign, int]:
    """A text message that a worker has just claimed, and its id."""
    it, _ = texting(app, person)
    [message] = messages(it)
    with app.app_context(), acting_for(person.actor.account_id), transaction():
        store.claim(person.actor.account_id, message.workflow_id, "sms", it.at, 1)
    return it, message.id


def was_sent(app: Flask, person: Person, message_id: int) -> None:
    with app.app_context(), acting_for(person.actor.account_id), transaction():
        result = SendResult(message_id, 1, State.SENT, "", address=ONE)
        record_results(person.actor.account_id, [result], now())


def record_early_reports(app: Flask) -> None:
    with app.app_context():
        callbacks.record_early_reports()


def kept(app: Flask) -> int:
    with app.app_context():
        return len(sms_store.kept_reports())


@contextmanager
def refusing(app: Flask, words: str) -> Iterator[None]:
    """A database that fails at statements with these words."""

    def refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if words in statement:
            raise RuntimeError("The disk is full.")

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", refuse)


@pytest.mark.parametrize("to", ["", ONE])
def test_an_opt_out_counts_for_the_number_that_the_text_went_to(
    app: Flask, alice: Person, twilio: FakeTwilio, to: str
) -> None:
    it, ids = texting(app, alice)
    go_on(it)
    give_number(app, alice, ids[0], OTHER)
    [message] = messages(it)
    assert report(app, alice, message.id, "undelivered", OPTED_OUT, to) == 204
    assert consents(app, alice) == [False, None]


def test_an_opt_out_counts_though_the_contact_was_deleted(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    it, ids = texting(app, alice)
    go_on(it)
    account_id, [message] = alice.actor.account_id, messages(it)
    with app.app_context(), acting_for(account_id):
        theirs = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id.in_(ids))
        delete_many(account_id, theirs, now())
    assert report(app, alice, message.id, "undelivered", OPTED_OUT, ONE) == 204
    assert consents(app, alice) == [False, None]


def test_an_opt_out_that_comes_early_counts_at_once(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    it, message_id = claimed(app, alice)
    assert report(app, alice, message_id, "undelivered", OPTED_OUT, ONE) == 204
    assert consents(app, alice) == [False, None]
    was_sent(app, alice, message_id)
    record_early_reports(app)
    assert [one.state for one in messages(it)] == ["bounced"] and kept(app) == 0


@pytest.mark.parametrize("words", ["INSERT INTO sms_consents", "UPDATE messages"])
def test_a_report_is_tried_again_until_it_is_recorded(
    app: Flask, alice: Person, twilio: FakeTwilio, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    it, message_id = claimed(app, alice)
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        early = SmsReport(Outcome.UNDELIVERED, int(OPTED_OUT))
        sms_store.keep_report(alice.actor.account_id, message_id, early)
    was_sent(app, alice, message_id)
    with refusing(app, words):
        for _ in range(3):
            record_early_reports(app)
    assert kept(app) == 1
    assert [one.msg for one in caplog.records].count("sms_report_not_recorded") == 1, "logged once"
    record_early_reports(app)
    assert (consents(app, alice), kept(app)) == ([False, None], 0)
    assert [one.state for one in messages(it)] == ["bounced"]


def test_a_report_that_can_never_be_recorded_is_given_up(
    app: Flask, alice: Person, twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    account_id = alice.actor.account_id
    _, message_id = claimed(app, alice)
    assert report(app, alice, message_id, "delivered") == 204
    was_sent(app, alice, message_id)
    with refusing(app, "UPDATE messages"):
        record_early_reports(app)
    with app.app_context(), acting_for(account_id), transaction():
        long_ago = now() - timedelta(hours=2)
        session().execute(
            sa.update(EarlyReport).where(EarlyReport.account_id == account_id).values(at=long_ago)
        )
    with refusing(app, "UPDATE messages"):
        record_early_reports(app)
    assert kept(app) == 0
    [given_up] = [one for one in caplog.records if one.msg == "sms_report_given_up"]
    assert given_up.attempts == 2


def test_a_newer_report_is_not_forgotten_with_an_older_one(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    _, message_id = claimed(app, alice)
    assert report(app, alice, message_id, "sent") == 204
    was_sent(app, alice, message_id)
    with app.app_context(), acting_for(alice.actor.account_id):
        [older] = sms_store.kept_reports()
        with transaction():
            newer = SmsReport(Outcome.UNDELIVERED, int(OPTED_OUT))
            sms_store.keep_report(alice.actor.account_id, message_id, newer)
        with transaction():
            sms_store.forget_report(older)
        assert [one.report for one in sms_store.kept_reports()] == [newer]
