"""Reads and writes of mail servers and senders."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.messaging.infrastructure.servers.tables import MailSender, MailServerRow
from app.platform.database import session
from app.platform.database.account_rows import delete_row, row_of, save_row
from app.platform.database.many_rows import id_param
from app.platform.database.page_reads import read_once
from app.platform.database.redacting import redact_rows

_PLAIN = {"synchronize_session": False}
_FRESH = {"populate_existing": True}


def server_of(account_id: int) -> MailServerRow | None:
    return row_of(MailServerRow, account_id)


@read_once
def senders_of(account_id: int) -> list[MailSender]:
    """Return the account's senders: the default, then the others by name."""
    return list(session().scalars(_senders(), {"of_account": account_id}, execution_options=_FRESH))


@lru_cache
def _senders() -> sa.Select[MailSender]:
    one = MailSender
    of_account = one.account_id == id_param("of_account")
    return sa.select(one).where(of_account).order_by(one.is_default.desc(), sa.func.lower(one.name), one.id)


def save_server(account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Create the account's mail server, or change it."""
    save_row(MailServerRow, account_id, values, user_id)


def delete_server(account_id: int) -> None:
    delete_row(MailServerRow, account_id)


def add_sender(account_id: int, values: dict[str, Any], user_id: int | None) -> int:
    """Add a sender; return its id."""
    sender = MailSender(account_id=account_id, created_by=user_id, **values)
    session().add(sender)
    session().flush()
    return sender.id


def change_sender(account_id: int, sender_id: int, values: dict[str, Any]) -> None:
    session().execute(
        sa.update(MailSender)
        .where(MailSender.account_id == account_id, MailSender.id == sender_id)
        .values(values),
        execution_options=_PLAIN,
    )


def delete_sender(account_id: int, sender_id: int) -> None:
    session().execute(
        sa.delete(MailSender).where(MailSender.account_id == account_id, MailSender.id == sender_id),
        execution_options=_PLAIN,
    )


def make_default(account_id: int, sender_id: int) -> None:
    """Make one sender the default. In two statements, because at no moment may there be two."""
    of_account = sa.update(MailSender).where(MailSender.account_id == account_id)
    session().execute(
        of_account.where(MailSender.is_default).values(is_default=False), execution_options=_PLAIN
    )
    session().execute(
        of_account.where(MailSender.id == sender_id).values(is_default=True), execution_options=_PLAIN
    )


def redact(account_id: int, addresses: Collection[str]) -> None:
    """Remove the addresses of an erased person from those that a rehearsal reaches. The entry stays, so that
    the rehearsal does not end."""
    redact_rows(MailServerRow.__table__, ["only_to"], account_id, addresses)
