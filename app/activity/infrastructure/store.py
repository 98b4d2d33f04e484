"""Writes of audit entries and contact events."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry, ContactEvent
from app.platform.database import session
from app.platform.database.many_rows import Bound, around, execute_built, row_list

_events = ContactEvent.__table__
_OF_EVENT = {name: _events.c[name].type for name in ("contact_id", "workflow_id", "text")}


def add_entry(entry: AuditEntry) -> None:
    session().add(entry)


def add_contact_event(event: ContactEvent) -> None:
    session().add(event)


def add_contact_events(contacts: Bound, values: dict[str, Any]) -> None:
    """One event for every contact id of the select. `values` are those of the other columns."""
    given = {f"e_{name}": value for name, value in values.items()}
    execute_built(around(_insert, contacts, tuple(values)), {**contacts.values, **given})


def add_different_events(events: Bound, values: dict[str, Any]) -> None:
    """One event for every row of the select (contact_id, workflow_id, text). `values` are those of the other
    columns."""
    given = {f"e_{name}": value for name, value in values.items()}
    execute_built(around(_insert_different, events, tuple(values)), {**events.values, **given})


def add_texts(account_id: int, kind: str, texts: Sequence[tuple[int, str]], at: datetime) -> None:
    """One event for each pair of a contact id and a text."""
    rows = row_list(_OF_EVENT, [(contact_id, None, text) for contact_id, text in texts])
    if texts:
        add_different_events(rows, {"account_id": account_id, "kind": kind, "at": at})


def delete_contact_events(account_id: int, contacts: sa.Select[Any]) -> None:
    session().execute(
        sa.delete(_events).where(_events.c.account_id == account_id, _events.c.contact_id.in_(contacts))
    )


@lru_cache(maxsize=64)
def _insert(contacts: sa.Select[Any], names: tuple[str, ...]) -> sa.Insert:
    ids = contacts.subquery("ids")
    given = [sa.bindparam(f"e_{name}", type_=_events.c[name].type) for name in names]
    return sa.insert(_events).from_select([*names, "contact_id"], sa.select(*given, ids.c[0]))


@lru_cache(maxsize=64)
def _insert_different(events: sa.Select[Any], names: tuple[str, ...]) -> sa.Insert:
    rows = events.subquery("rows")
    given = [sa.bindparam(f"e_{name}", type_=_events.c[name].type) for name in names]
    own = ("contact_id", "workflow_id", "text")
    return sa.insert(_events).from_select([*names, *own], sa.select(*given, *(rows.c[name] for name in own)))


def forget_contact(account_id: int, contact_id: int) -> None:
    """Delete the events of a contact and empty the facts of the audit entries about it."""
    plain = {"synchronize_session": False}
    session().execute(
        sa.delete(ContactEvent).where(
            ContactEvent.account_id == account_id, ContactEvent.contact_id == contact_id
        ),
        execution_options=plain,
    )
    session().execute(
        sa.update(AuditEntry)
        .where(
            AuditEntry.account_id == account_id,
            AuditEntry.subject == "contact",
            AuditEntry.subject_id == str(contact_id),
        )
        .values(facts={}),
        execution_options=plain,
    )
