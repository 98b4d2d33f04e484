"""Messages to people in workflows of the sample data."""

import time
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.application import change_business, worker_actor
from app.accounts.infrastructure.tables import Account
from app.contacts.application import merge_values
from app.engine.infrastructure.tables import Enrollment
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows.infrastructure.tables import WorkflowVersion


def create_message(app: Flask, **given: Any) -> tuple[int, str]:
    """Create an email that has been sent to somebody who has got none yet; return its id and token."""
    token = token_hex(16)
    with app.app_context():
        account_id = session().scalars(sa.select(Account.id).limit(1)).one()
        wait_for_people(account_id)
        with acting_for(account_id), transaction() as open_session:
            change_business(worker_actor(account_id), {"postal_address": "1 Quay Street\nBristol"})
            taken = sa.select(Message.contact_id).where(Message.account_id == account_id)
            active = sa.select(Enrollment).where(
                Enrollment.account_id == account_id,
                Enrollment.status.in_(["held", "active"]),
                Enrollment.contact_id.not_in(taken),
            )
            enrollment = session().scalars(active.limit(1)).one()
            version = session().get_one(WorkflowVersion, enrollment.version_id)
            steps = [one for one in version.definition["steps"] if one["type"] == "send_email"]
            person = merge_values(account_id, [enrollment.contact_id])[enrollment.contact_id]
            usual = {
                "channel": "email",
                "state": "sent",
                "address": "ada@example.com",
                "subject": "Your spring offers are here",
                "merge_values": {**person, "birthday": None, "created_at": now().isoformat()},
                "answer": "250 Queued as 4F1",
                "settled_at": now(),
            }
            made = Message(
                account_id=account_id,
                token=token,
                workflow_id=enrollment.workflow_id,
                version_id=version.id,
                step_id=steps[0]["id"],
                enrollment_id=enrollment.id,
                visit=7,
                contact_id=enrollment.contact_id,
                due_at=now(),
                **{**usual, **given},
            )
            open_session.add(made)
            open_session.flush()
            return made.id, token


def wait_for_people(account_id: int) -> None:
    """Wait until the job of the sample data has enrolled somebody."""
    give_up = time.monotonic() + 60
    with acting_for(account_id):
        while (
            session().scalar(sa.select(Enrollment.id).where(Enrollment.account_id == account_id).limit(1))
            is None
        ):
            session().rollback()
            assert time.monotonic() < give_up, "nobody is enrolled"
            time.sleep(0.2)
