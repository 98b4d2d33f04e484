"""Campaigns whose messages are sent, and what became of the messages."""

from typing import Any

import sqlalchemy as sa

from app.messaging.application import sending
from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from app.platform.tenancy import acting_for
from tests.rooms.engine.moved import Campaign


def send(it: Campaign) -> None:
    """Send all that is due at the campaign's time."""
    with it.app.app_context(), acting_for(it.actor.account_id):
        sending.send_due(it.actor.account_id, it.at)


def go_on(it: Campaign, **later: float) -> None:
    """Let time pass; move and send until nothing is due."""
    it.move(**later)
    send(it)
    while it.move():
        send(it)


def messages(it: Campaign) -> list[Message]:
    with it.app.app_context(), acting_for(it.actor.account_id):
        query = sa.select(Message).where(Message.account_id == it.actor.account_id)
        return list(session().scalars(query.order_by(Message.id)))


def states(it: Campaign) -> dict[str, Any]:
    """{contact's address or id: state} of the only message to each."""
    return {one.address or str(one.contact_id): one.state for one in messages(it)}
