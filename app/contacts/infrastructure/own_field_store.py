"""Custom fields and their values, set by set.

Values are keys of one JSON column of contacts. Changes of all values of a field are made piece by piece, by
ranges of contact ids, so that no transaction is long; the field's row says how far they have come.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.removing.locks import LockFor, lock_ids
from app.contacts.infrastructure.selecting.counting import Count, count_within
from app.contacts.infrastructure.tables import Contact, CustomField
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import id_list, id_param

_PLAIN = {"synchronize_session": False}


class MergeFigures(NamedTuple):
    """Contacts with a value in the source field: those whose target is empty, has the same value, or another
    one."""

    moved: int
    same: int
    lost: int


class MergeCounts(NamedTuple):
    """The same, counted in bounded time."""

    moved: Count
    same: Count
    lost: Count


def field_by_id(account_id: int, field_id: int) -> CustomField | None:
    return session().scalar(
        sa.select(CustomField).where(CustomField.account_id == account_id, CustomField.id == field_id),
        execution_options={"populate_existing": True},
    )


def change_field(account_id: int, field_id: int, **values: Any) -> None:
    session().execute(
        sa.update(CustomField)
        .where(CustomField.account_id == account_id, CustomField.id == field_id)
        .values(values),
        execution_options=_PLAIN,
    )


def advance(account_id: int, field_id: int, task: str, done: int, through: int) -> bool:
    """Record that a change has come to contact id `through`. Return False if another worker did it."""
    changed = session().execute(
        sa.update(CustomField)
        .where(
            CustomField.account_id == account_id,
            CustomField.id == field_id,
            CustomField.task == task,
            CustomField.done_through == done,
        )
        .values(done_through=through)
        .returning(CustomField.id),
        execution_options=_PLAIN,
    )
    return changed.scalar() is not None


def delete_field(account_id: int, field_id: int) -> None:
    session().execute(
        sa.delete(CustomField).where(CustomField.account_id == account_id, CustomField.id == field_id),
        execution_options=_PLAIN,
    )


def unfinished_changes(before: datetime) -> list[tuple[int, int]]:
    """Return (account, field) of changes that nobody has worked on since this moment."""
    query = sa.select(CustomField.account_id, CustomField.id).where(
        CustomField.task != "", CustomField.updated_at < before
    )
    rows = session().execute(query, execution_options={"cross_account": True})
    return [(row[0], row[1]) for row in rows]


def contacts_with(account_id: int, key: str) -> int:
    """Count the contacts that have a value in the field."""
    query = sa.select(sa.func.count()).where(Contact.account_id == account_id, _has(key))
    return session().scalar(query) or 0


def merge_figures(account_id: int, source: str, target: str) -> MergeFigures:
    """Count what merging `source` into `target` would do."""
    both, same = _has(target), _value(source) == _value(target)
    query = sa.select(
        sa.func.count(sa.case((sa.not_(both), 1))),
        sa.func.count(sa.case((sa.and_(both, same), 1))),
        sa.func.count(sa.case((sa.and_(both, sa.not_(same)), 1))),
    ).where(Contact.account_id == account_id, _has(source))
    return MergeFigures(*session().execute(query).one())


def counts_within(account_id: int, source: str, target: str | None, seconds: float) -> MergeCounts:
    """Count what merging `source` into `target` would do, or with None what deleting it would do, for about
    `seconds` at most for each number."""

    def count(*which: sa.ColumnElement[bool]) -> Count:
        matching = sa.select(Contact.id).where(Contact.account_id == account_id, _has(source), *which)
        return count_within(account_id, matching, Contact.id, seconds)

    if target is None:
        return MergeCounts(Count(0), Count(0), lost=count())
    both, same = _has(target), _value(source) == _value(target)
    return MergeCounts(count(sa.not_(both)), count(both, same), count(both, sa.not_(same)))


def next_piece(account_id: int, key: str, after: int, size: int) -> list[tuple[int, str]]:
    """Return (contact id, value) of the next contacts that have a value, in order of id."""
    query = (
        sa.select(Contact.id, _value(key))
        .where(Contact.account_id == account_id, Contact.id > after, _has(key))
        .order_by(Contact.id)
        .limit(size)
    )
    return [(row[0], row[1]) for row in session().execute(query)]


def remove_values(account_id: int, key: str, contact_ids: Sequence[int], at: datetime) -> None:
    """Remove the field's value from contacts."""
    _write(account_id, key, contact_ids, without_key(Contact.custom, key), at)


def move_values(account_id: int, source: str, target: str, contact_ids: Sequence[int], at: datetime) -> None:
    """Move values to another field; where that has one, it stays and the moved one is dropped."""
    moved = sa.case(
        (_has(target), without_key(Contact.custom, source)),
        else_=_with(without_key(Contact.custom, source), target, _value(source)),
    )
    _write(account_id, source, contact_ids, moved, at)


def replace_values(account_id: int, key: str, changes: Sequence[tuple[int, str, str]], at: datetime) -> None:
    """Replace the field's value in contacts, given as (contact id, old value, new value), where it is still
    the old one."""
    if not changes:
        return
    lock_ids(account_id, id_list([contact_id for contact_id, _, _ in changes]), LockFor.CHANGE)
    old = sa.bindparam("old", type_=sa.String())
    new = sa.bindparam("new", type_=sa.String())
    table = Contact.__table__
    statement = (
        sa.update(table)
        .where(
            table.c.account_id == account_id,
            table.c.id == id_param("of_contact"),
            _value(key) == old,
        )
        .values(custom=_with(table.c.custom, key, new), updated_at=at)
    )
    rows = [{"of_contact": contact_id, "old": before, "new": after} for contact_id, before, after in changes]
    session().connection().execute(statement, rows)


def _write(account_id: int, key: str, contact_ids: Sequence[int], custom: Any, at: datetime) -> None:
    lock_ids(account_id, id_list(contact_ids), LockFor.CHANGE)
    session().execute(
        sa.update(Contact)
        .where(Contact.account_id == account_id, Contact.id.in_(contact_ids), _has(key))
        .values(custom=custom, updated_at=at),
        execution_options=_PLAIN,
    )


def _value(key: str) -> Any:
    return Contact.custom[key].as_string()


def _has(key: str) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(_value(key), "") != ""


def without_key(custom: Any, key: str) -> Any:
    """SQL for the JSON object `custom` without a key. Keys are letters, digits, and underscores."""
    if is_sqlite():
        return sa.func.json_remove(custom, f'$."{key}"', type_=Contact.custom.type)
    return custom.op("-", return_type=Contact.custom.type)(sa.literal(key, sa.Text))


def _with(custom: Any, key: str, value: Any) -> Any:
    if is_sqlite():
        return sa.func.json_set(custom, f'$."{key}"', value, type_=Contact.custom.type)
    added = sa.func.jsonb_build_object(sa.literal(key, sa.Text), value)
    return custom.op("||", return_type=Contact.custom.type)(added)
