"""Mail servers and senders of all accounts, for `flask doctor`."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.messaging.infrastructure.pace.tables import SendingRules
from app.messaging.infrastructure.servers.tables import DkimKey, MailSender, MailServerRow
from app.platform.database import AnySelect, session


@dataclass(frozen=True)
class SendingDomain:
    """A domain of senders, the mail server of their account, and its keys as (selector, public key)."""

    name: str
    server: str
    keys: tuple[tuple[str, str], ...]


def mail_servers(limit: int) -> list[MailServerRow]:
    """Return the mail servers of those accounts that also have a sender."""
    has_sender = sa.exists().where(MailSender.account_id == MailServerRow.account_id)
    query = sa.select(MailServerRow).where(has_sender).order_by(MailServerRow.account_id).limit(limit)
    return list(session().scalars(query, execution_options={"cross_account": True}))


def sending_domains(limit: int) -> list[SendingDomain]:
    """Return domains of senders, those of the oldest accounts first."""
    names = sa.func.lower(sa.func.substr(MailSender.address, _at() + 1)).label("name")
    query = (
        sa.select(MailSender.account_id, names, MailServerRow.host)
        .join(MailServerRow, MailServerRow.account_id == MailSender.account_id)
        .group_by(MailSender.account_id, names, MailServerRow.host)
        .order_by(MailSender.account_id, names)
        .limit(limit)
    )
    found = [(row[0], row[1], row[2]) for row in _rows(query)]
    keys = _keys({account_id for account_id, _, _ in found})
    return [SendingDomain(name, host, tuple(keys[account, name])) for account, name, host in found]


def accounts_that_pause() -> set[int]:
    """Return the accounts that have paused sending."""
    return {row[0] for row in _rows(sa.select(SendingRules.account_id).where(SendingRules.sending_paused))}


def _keys(account_ids: set[int]) -> dict[tuple[int, str], list[tuple[str, str]]]:
    """Return {(account, domain): the keys that sign or wait}."""
    query = sa.select(DkimKey.account_id, DkimKey.domain, DkimKey.selector, DkimKey.public_key).where(
        DkimKey.account_id.in_(sorted(account_ids)), DkimKey.replaced_at.is_(None)
    )
    keys = defaultdict(list)
    for account_id, domain, selector, public_key in _rows(query):
        keys[account_id, domain].append((selector, public_key))
    return keys


def _at() -> sa.ColumnElement[int]:
    """Return the place of the @ in an address, which is the only one."""
    is_sqlite = session().get_bind().dialect.name == "sqlite"
    return (sa.func.instr if is_sqlite else sa.func.strpos)(MailSender.address, "@")


def _rows(query: AnySelect) -> Any:
    """Return the rows of a query across accounts."""
    return session().execute(query, execution_options={"cross_account": True})
