"""Whatever way a contact is removed, nothing that belongs to it stays behind (P-13, B-26)."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.tables import ContactEvent
from app.bulk_enrollment.application.undoing import undo_job
from app.bulk_enrollment.infrastructure.people.tables import PastRow
from app.contacts import application as contacts
from app.contacts.application.bulk.deletion import delete_many
from app.contacts.infrastructure.selecting import selections
from app.contacts.infrastructure.tables import ContactTag, ReceivedEvent, TopicStop
from app.deliveries.infrastructure.tables import Delivery
from app.forms import application as forms
from app.forms.infrastructure.tables import FormSubmission
from app.messaging.infrastructure.reactions.tables import Reaction
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import db, session, transaction
from app.tasks.infrastructure.tables import ContactNote, Task
from tests.people import Person
from tests.rooms.bulk_enrollment.trial import Trial

DELETED = (*(ContactEvent, ContactTag, ContactNote, FormSubmission, PastRow, ReceivedEvent, Task, TopicStop),)
BLANKED = (Message, Delivery)
"""For the figures of workflows, with nothing that is personal."""
FIGURES = {"enrollments", "enrollment_rows"}
"""Nothing in them is personal but what an erasure blanks (see test_erasing_everywhere)."""
TRANSIENT = {"erasures"}
"""Gone when the erasure is done."""


def test_every_table_about_contacts_is_known() -> None:
    about = {table.name for table in db.metadata.sorted_tables if "contact_id" in table.c}
    known = {one.__tablename__ for one in (*DELETED, *BLANKED)}
    assert about == known | FIGURES | TRANSIENT


@pytest.fixture
def trial(app: Flask, alice: Person, run_tasks: Callable[[], bool]) -> Trial:
    return Trial(app, alice.actor, run_tasks)


def undo(trial: Trial, job: str, _contact_id: int) -> None:
    with trial.acting():
        public_id = undo_job(trial.actor, job).public_id
    trial.finish(public_id)
    assert trial.outcomes(public_id) == ["CONTACT_REMOVED"]


def erase(trial: Trial, _job: str, contact_id: int) -> None:
    with trial.acting():
        contacts.erase_contact(trial.actor, contact_id)
    trial.run_tasks()


def delete(trial: Trial, _job: str, contact_id: int) -> None:
    account_id = trial.actor.account_id
    with trial.acting():
        assert delete_many(account_id, selections.listed(account_id, [contact_id]), now()) == 1


@pytest.mark.parametrize("remove", [undo, erase, delete])
def test_nothing_that_belongs_to_a_contact_stays(
    trial: Trial, remove: Callable[[Trial, str, int], None]
) -> None:
    """Most of it is not there for a contact that an undo removes, because it would have been used."""
    file = "Email,Phone\nann@example.com,+4915112345678\n"
    mapping = {"0": "email", "1": "phone"}
    job = trial.run(file, None, mapping=mapping, missing="create", tags=["Spring"])
    ann = trial.contact("ann@example.com")
    assert ann is not None
    write_about(trial, ann.id)
    assert {name: rows for name, rows in left(trial, ann.id).items() if not rows} == {}
    remove(trial, job, ann.id)
    assert trial.contact("ann@example.com") is None
    assert {name: rows for name, rows in left(trial, ann.id).items() if rows} == {}


def write_about(trial: Trial, contact_id: int) -> None:
    account_id, at = trial.actor.account_id, now()
    mine: dict[str, Any] = {"account_id": account_id, "contact_id": contact_id}
    step: dict[str, Any] = {"workflow_id": 1, "version_id": 1, "step_id": "s", "enrollment_id": 1, "visit": 1}
    text = {"title": "Join", "consent_text": "I agree.", "button": "Join"}
    with trial.acting(), transaction():
        form_id = forms.create_form(trial.actor, "Newsletter", text, {}).id
        entered = {"form_id": form_id, "key": "1", "state": "received", "email_key": "ann@example.com"}
        message = Message(
            **mine, **step, token="t", channel="email", state="sent", due_at=at, address="ann@example.com"
        )
        request = {"method": "POST", "url": "https://example.com", "host": "example.com"}
        session().add_all(
            [
                message,
                TopicStop(**mine, topic="news", source="Said so", at=at),
                ReceivedEvent(**mine, key="1", type="purchase_made", occurred_at=at),
                ContactNote(**mine, text="A note"),
                Task(**mine, title="Call", due_at=at),
                FormSubmission(**mine, **entered, answers={}, consent_text="I agree.", submitted_at=at),
                PastRow(**mine, job_id=1, row_number=1, line=2, outcome=1),
                Delivery(
                    **mine,
                    **step,
                    **request,
                    key="k",
                    state="delivered",
                    on_failure="end",
                    due_at=at,
                    body="{}",
                ),
            ]
        )
        session().flush()
        session().add(Reaction(account_id=account_id, message_id=message.id, kind="opened", at=at))


def left(trial: Trial, contact_id: int) -> dict[str, int]:
    """{table: rows of a contact}; of those that stay, the rows with something personal."""
    account_id = trial.actor.account_id
    messages = sa.select(Message.id).where(Message.account_id == account_id, Message.contact_id == contact_id)
    conditions: dict[Any, tuple[sa.ColumnElement[bool], ...]] = {
        one: (one.contact_id == contact_id,) for one in DELETED
    }
    conditions |= {
        Message: (Message.contact_id == contact_id, Message.address.is_not(None)),
        Delivery: (Delivery.contact_id == contact_id, Delivery.body.is_not(None)),
        Reaction: (Reaction.message_id.in_(messages),),
    }
    with trial.acting():
        return {
            table.__tablename__: session().scalar(
                sa.select(sa.func.count()).select_from(table).where(table.account_id == account_id, *given)
            )
            or 0
            for table, given in conditions.items()
        }
