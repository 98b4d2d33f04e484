"""Reads and writes of providers of text messages, and of text messages that were sent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.messaging.domain.states import State
from app.messaging.infrastructure.sms.tables import SmsProviderRow
from app.messaging.infrastructure.tables import Message
from app.platform.database import session

_PLAIN = {"synchronize_session": False}
_WERE_SENT = (State.SENT.value, State.DELIVERED.value, State.BOUNCED.value, State.UNCERTAIN.value)


def provider_of(account_id: int) -> SmsProviderRow | None:
    query = sa.select(SmsProviderRow).where(SmsProviderRow.account_id == account_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def save_provider(account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Create the account's provider, or change it."""
    known = provider_of(account_id)
    if known is None:
        session().add(SmsProviderRow(account_id=account_id, created_by=user_id, **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    session().flush()


def delete_provider(account_id: int) -> None:
    session().execute(
        sa.delete(SmsProviderRow).where(SmsProviderRow.account_id == account_id), execution_options=_PLAIN
    )


def settle(
    account_id: int, message_id: int, before: str, state: State, answer: str | None, at: datetime
) -> bool:
    """Give a message another state; return False if it is not in the state `before` anymore."""
    values: dict[str, Any] = {"state": state.value}
    values["sent_at"] = sa.func.coalesce(Message.sent_at, sa.literal(at, Message.sent_at.type))
    if before == State.UNCERTAIN.value or state == State.BOUNCED:
        values["settled_at"] = at
    if answer is not None:
        values["answer"] = answer
    mine = (Message.account_id == account_id, Message.id == message_id, Message.state == before)
    statement = sa.update(Message).where(*mine).values(values).execution_options(**_PLAIN)
    result: Any = session().execute(statement)
    return int(result.rowcount) == 1


def visit_of(account_id: int, message_id: int) -> int:
    query = sa.select(Message.visit).where(Message.account_id == account_id, Message.id == message_id)
    return session().scalars(query).one()


def number_of(account_id: int, contact_id: int) -> str | None:
    """Return the number in E.164 that text messages to a contact go to, if there is one."""
    query = sa.select(Contact.phone_key).where(Contact.account_id == account_id, Contact.id == contact_id)
    return session().scalar(query)


def contacts_with(account_id: int, number: str) -> sa.Select[Any]:
    """Select the ids of the contacts that have a number."""
    return sa.select(Contact.id).where(Contact.account_id == account_id, Contact.phone_key == number)


def latest_to(account_id: int, contacts: sa.Select[Any]) -> int | None:
    """Return the id of the latest text message that was sent to one of these contacts."""
    query = (
        sa.select(Message.id)
        .where(
            Message.account_id == account_id,
            Message.contact_id.in_(contacts),
            Message.channel == "sms",
            Message.state.in_(_WERE_SENT),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return session().scalar(query)
