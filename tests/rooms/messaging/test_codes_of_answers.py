"""Answers that older versions stored as sentences become codes when the database is migrated, and back."""

import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.messaging.domain.reasons import KEPT, Delay
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import db, session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person

BEFORE, AFTER = "0072_sending_records", "0073_codes_of_answers"
CODES = {
    "Waits, because the contact has had as many messages as the frequency cap allows.": "frequency_cap",
    "Waits for the end of the quiet hours where the contact is.": "quiet_hours",
    "Kept in the outbox, because no mail server is connected.": "no_mail_server",
    "Kept in the outbox, because no SMS service is connected.": "no_sms_provider",
    "Kept in the outbox, because only some addresses get emails at the moment.": "rehearsal",
}
OTHERS = ("", "250 Kept", "The mail server refused the connection.")


def plan_messages(account_id: int, answers: list[str]) -> None:
    with acting_for(account_id), transaction() as opened:
        for number, answer in enumerate(answers):
            opened.add(
                Message(
                    account_id=account_id,
                    token=f"{number:032}",
                    channel="email",
                    workflow_id=1,
                    version_id=1,
                    step_id="hello",
                    enrollment_id=number,
                    visit=1,
                    contact_id=number,
                    due_at=now(),
                    answer=answer,
                )
            )


def answers_of(account_id: int) -> list[str]:
    query = sa.select(Message.answer).where(Message.account_id == account_id).order_by(Message.enrollment_id)
    with acting_for(account_id):
        found = list(session().scalars(query))
    db.session.remove()
    return found


def test_sentences_become_codes_and_back(app: Flask, alice: Person) -> None:
    account_id = alice.actor.account_id
    with app.app_context():
        downgrade(revision=BEFORE)
        plan_messages(account_id, [*CODES, *OTHERS])
        upgrade(revision=AFTER)
        assert answers_of(account_id) == [*CODES.values(), *OTHERS]
        assert set(CODES.values()) == {*Delay, *KEPT}
        downgrade(revision=BEFORE)
        known_before = {"quiet_hours"}
        expected = [code if code in known_before else sentence for sentence, code in CODES.items()]
        assert answers_of(account_id) == [*expected, *OTHERS]
