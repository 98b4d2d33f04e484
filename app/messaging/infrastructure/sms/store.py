"""Reads and writes of providers of text messages, of messages that were sent, and of reports about them."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact, SmsConsent
from app.messaging.domain.sms.reports import Outcome, SmsReport
from app.messaging.domain.states import State
from app.messaging.infrastructure.sms.tables import EarlyReport, SmsProviderRow
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session
from app.platform.database.account_rows import delete_row, row_of, save_row
from app.platform.database.many_rows import constant
from app.platform.database.short_reads import read_built
from app.platform.database.upserts import insert_into

_early = EarlyReport.__table__
_PLAIN = {"synchronize_session": False}
_WERE_SENT = (State.SENT.value, State.DELIVERED.value, State.BOUNCED.value, State.UNCERTAIN.value)


def provider_of(account_id: int) -> SmsProviderRow | None:
    return row_of(SmsProviderRow, account_id)


def save_provider(account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Create the account's provider, or change it."""
    save_row(SmsProviderRow, account_id, values, user_id)


def delete_provider(account_id: int) -> None:
    delete_row(SmsProviderRow, account_id)


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


class ContactNumber(NamedTuple):
    """The number in E.164 that text messages to a contact go to, if there is one; the contact's status; and
    what the number says about text messages, None for nothing."""

    number: str | None
    status: str
    has_agreed: bool | None


def number_of(account_id: int, contact_id: int) -> ContactNumber | None:
    """Return the number of a contact as it is at this moment; None if the contact no longer exists."""
    of_number = (SmsConsent.account_id == account_id, SmsConsent.phone_key == Contact.phone_key)
    query = (
        sa.select(Contact.phone_key, Contact.status, SmsConsent.is_given)
        .outerjoin(SmsConsent, sa.and_(*of_number))
        .where(Contact.account_id == account_id, Contact.id == contact_id)
    )
    row = session().execute(query).one_or_none()
    return ContactNumber(*row) if row else None


def number_texted(account_id: int, message_id: int) -> str | None:
    """Return the number that a text message went to, or may have gone to: that of its contact, unless another
    one is recorded."""
    of_contact = (Contact.account_id == account_id, Contact.id == Message.contact_id)
    query = (
        sa.select(sa.func.coalesce(Message.address, Contact.phone_key))
        .outerjoin(Contact, sa.and_(*of_contact))
        .where(Message.account_id == account_id, Message.id == message_id, Message.channel == "sms")
    )
    return session().scalar(query)


class KeptReport(NamedTuple):
    """A report that came before its message was recorded as sent, and when; `failures` is how often it could
    not be recorded since."""

    account_id: int
    message_id: int
    report: SmsReport
    at: datetime
    failures: int


def keep_report(account_id: int, message_id: int, report: SmsReport) -> None:
    """Keep a report for later, unless a final one of the message is kept."""
    said = {"what": report.what.value, "code": report.code, "at": now(), "failures": 0}
    insert = insert_into(_early)
    statement = insert.values(account_id=account_id, message_id=message_id, **said)
    is_final = _early.c.what != Outcome.SENT.value
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "message_id"], set_=said, where=~is_final
        )
    )


def kept_reports() -> list[KeptReport]:
    """Return the kept reports whose message is not being sent anymore."""
    return [
        KeptReport(account_id, message_id, SmsReport(Outcome(what), code), at, failures)
        for account_id, message_id, what, code, at, failures in read_built(
            _kept_reports(), {}, cross_account=True
        )
    ]


def count_failure(kept: KeptReport) -> None:
    """Note that a report could not be recorded."""
    session().execute(sa.update(_early).where(*_same(kept)).values(failures=_early.c.failures + 1))


@lru_cache
def _kept_reports() -> sa.Select[Any]:
    one = Message.__table__.c
    sending = sa.select(one.id).where(
        one.account_id == _early.c.account_id,
        one.id == _early.c.message_id,
        one.state == constant(State.SENDING.value),
    )
    names = ("account_id", "message_id", "what", "code", "at", "failures")
    return sa.select(*(_early.c[name] for name in names)).where(~sending.exists())


def forget_report(kept: KeptReport) -> None:
    """Delete a report, unless another one of its message has been kept in the meantime."""
    session().execute(sa.delete(_early).where(*_same(kept)))


def _same(kept: KeptReport) -> tuple[sa.ColumnElement[bool], ...]:
    one, report = _early.c, kept.report
    mine = (one.account_id == kept.account_id, one.message_id == kept.message_id)
    return *mine, one.what == report.what.value, one.code == report.code, one["at"] == kept.at


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
