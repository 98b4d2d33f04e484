"""Set-based writes of notes and tasks: thousands of rows in one statement, sent as one JSON text."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.database import is_sqlite
from app.platform.database.many_rows import Bound, execute_built, id_param, is_there
from app.platform.database.short_reads import in_ids
from app.platform.database.upserts import insert_into
from app.tasks.domain import NewNote, NewTask
from app.tasks.domain.texts import (
    MAX_NOTE,
    MAX_TASK_NOTES,
    MAX_TITLE,
    UNTITLED,
    Source,
    one_line,
    shortened,
    tidy,
)
from app.tasks.infrastructure.tables import ContactNote, Task

_contacts, _notes, _tasks = Contact.__table__, ContactNote.__table__, Task.__table__
_SOURCE = ("workflow_id", "enrollment_id", "step_id", "visit")
_SHARED = ("account_id", "created_at", "updated_at")


def add_notes(account_id: int, notes: Sequence[NewNote], at: datetime) -> list[int]:
    """Insert notes; see `application.add_notes`. Return the ids of those that are new."""
    rows = [
        {"contact_id": one.contact_id, "text": text, **_source(one.source)}
        for one in notes
        if (text := shortened(tidy(one.text), MAX_NOTE))
    ]
    return _insert_all(_notes, account_id, rows, at)


def create_many(account_id: int, tasks: Sequence[NewTask], at: datetime) -> list[int]:
    """Insert tasks; see `application.create_many`. Return the ids of those that are new."""
    rows = [
        {
            "contact_id": one.contact_id,
            "title": shortened(one_line(one.title), MAX_TITLE) or UNTITLED,
            "notes": shortened(tidy(one.notes), MAX_TASK_NOTES),
            "due_at": _moment(one.due_at),
            "for_role": one.assignee.role.value if one.assignee.role else None,
            "for_user_id": one.assignee.user_id,
            **_source(one.source),
        }
        for one in tasks
    ]
    return _insert_all(_tasks, account_id, rows, at)


def events_of(table: sa.Table, account_id: int, ids: Sequence[int]) -> Bound:
    """Select (contact_id, workflow_id, text: the id) of notes or tasks, for timelines."""
    return Bound(_events(table, is_sqlite()), {"t_account_id": account_id, "t_ids": ids})


def _source(source: Source | None) -> dict[str, Any]:
    return {name: getattr(source, name) if source else None for name in _SOURCE}


def _moment(at: datetime) -> str:
    """Return a moment as the database stores it, or reads it from text."""
    at = at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(" ", "microseconds") if is_sqlite() else at.isoformat()


def _insert_all(table: Any, account_id: int, rows: list[dict[str, Any]], at: datetime) -> list[int]:
    if not rows:
        return []
    values = {"t_account_id": account_id, "t_created_at": at, "t_updated_at": at, "t_rows": json.dumps(rows)}
    insert = _insert(table, tuple(rows[0]), is_sqlite())
    return list(execute_built(insert, values).scalars())


@lru_cache(maxsize=8)
def _insert(table: Any, names: tuple[str, ...], on_sqlite: bool) -> Any:
    """One statement for any number of rows. Contacts are looked up one by one through the primary key,
    whatever the planner's statistics say; rows of contacts that do not exist are left out."""
    given = _given(table, names, on_sqlite)
    shared = {name: sa.bindparam(f"t_{name}", type_=table.c[name].type) for name in _SHARED}
    contact = sa.select(_contacts.c.id).where(
        _contacts.c.account_id == shared["account_id"], _contacts.c.id == given.c.contact_id
    )
    chosen = (
        sa.select(*shared.values(), *(given.c[name] for name in names))
        .where(is_there(contact))
        .order_by(given.c.enrollment_id, given.c.contact_id)
    )
    insert = insert_into(table, on_sqlite)
    return insert.from_select([*shared, *names], chosen).on_conflict_do_nothing().returning(table.c.id)


def _given(table: Any, names: tuple[str, ...], on_sqlite: bool) -> Any:
    """The rows of the JSON text, with the columns' types."""
    text: Any = sa.bindparam("t_rows", type_=sa.Text)
    if on_sqlite:
        each = sa.func.json_each(text).table_valued("value")
        columns = [
            sa.func.json_extract(each.c.value, f"$.{name}", type_=table.c[name].type).label(name)
            for name in names
        ]
        return sa.select(*columns).select_from(each).subquery("given")
    typed = [sa.column(name, table.c[name].type) for name in names]
    listed = sa.func.json_to_recordset(sa.cast(text, sa.JSON())).table_valued(*typed, name="listed")
    return sa.select(*listed.render_derived(with_types=True).c).subquery("given")


@lru_cache(maxsize=8)
def _events(table: Any, on_sqlite: bool) -> sa.Select[Any]:
    return sa.select(
        table.c.contact_id, table.c.workflow_id, sa.cast(table.c.id, sa.Text).label("text")
    ).where(
        table.c.account_id == id_param("t_account_id"),
        in_ids(table.c.id, "t_ids", on_sqlite),
    )
