"""Events that other systems report about contacts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact, ReceivedEvent
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import around, execute_built, id_param, row_list, with_ids
from app.platform.database.upserts import insert_into

_events = ReceivedEvent.__table__
_OF_EVENT = {name: _events.c[name].type for name in ("key", "type", "contact_id", "occurred_at", "data")}


def add(account_id: int, events: Sequence[Mapping[str, Any]], at: datetime) -> dict[str, int]:
    """Insert events whose keys are new; return {key: id} of those."""
    if not events:
        return {}
    ordered = sorted(events, key=itemgetter("key"))
    rows = row_list(_OF_EVENT, [[one[name] for name in _OF_EVENT] for one in ordered])
    insert = around(_insert, rows, is_sqlite())
    added = execute_built(insert, {**rows.values, "of_account": account_id, "at": at})
    return {row[0]: row[1] for row in added}


@lru_cache
def _insert(rows: sa.Select[Any], on_sqlite: bool) -> Any:
    given = rows.subquery("given")
    account_id = id_param("of_account")
    at = sa.bindparam("at", type_=_events.c.received_at.type)
    chosen = sa.select(account_id, at, *given.c).where(sa.true())
    insert = insert_into(_events, on_sqlite).from_select(["account_id", "received_at", *_OF_EVENT], chosen)
    return insert.on_conflict_do_nothing().returning(_events.c.key, _events.c.id)


def known(account_id: int, keys: Collection[str]) -> dict[str, int]:
    """Return {key: contact id} of the events that were received before."""
    query = sa.select(ReceivedEvent.key, ReceivedEvent.contact_id).where(
        ReceivedEvent.account_id == account_id, ReceivedEvent.key.in_(keys)
    )
    return dict(session().execute(query).all())


def data_of(account_id: int, event_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return {id: details} of the events that still exist."""
    query = sa.select(_events.c.id, _events.c.data).where(*with_ids(_events, account_id, sorted(event_ids)))
    return dict(session().execute(query).all())


def contacts_by_email(account_id: int, email_keys: Collection[str]) -> dict[str, int]:
    """Return {email key: contact id} of the contacts that exist."""
    query = sa.select(Contact.email_key, Contact.id).where(
        Contact.account_id == account_id, Contact.email_key.in_(email_keys)
    )
    return {key: contact_id for key, contact_id in session().execute(query) if key}
