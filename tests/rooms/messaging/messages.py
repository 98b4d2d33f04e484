"""Messages to try things on."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.engine.infrastructure.tables import Enrollment
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows

TOKEN = "0123456789abcdef" * 2


def message(app: Flask, actor: Actor, public_id: str, contact_id: int, **given: Any) -> int:
    """The id of a message of a workflow to a contact that is in it; it has been sent, unless a `state` is
    given."""
    with app.app_context(), acting_for(actor.account_id), transaction() as open_session:
        of_contact = sa.select(Enrollment).where(
            Enrollment.account_id == actor.account_id,
            Enrollment.contact_id == contact_id,
            Enrollment.workflow_id == workflows.find_workflow(actor, public_id).id,
        )
        enrollment = session().scalars(of_contact).one()
        usual: dict[str, Any] = {
            "account_id": actor.account_id,
            "token": TOKEN,
            "channel": "email",
            "state": "sent",
            "workflow_id": enrollment.workflow_id,
            "version_id": enrollment.version_id,
            "step_id": "hello",
            "enrollment_id": enrollment.id,
            "visit": 1,
            "contact_id": contact_id,
            "due_at": now(),
            "address": "ada@example.com",
            "subject": "Welcome, Ada",
            "merge_values": {},
            "answer": "250 Queued",
            "settled_at": now(),
        }
        made = Message(**{**usual, **given})
        open_session.add(made)
        open_session.flush()
        return made.id


def state_of(app: Flask, actor: Actor, message_id: int) -> str:
    with app.app_context():
        query = sa.select(Message.state).where(
            Message.account_id == actor.account_id, Message.id == message_id
        )
        return session().scalars(query).one()
