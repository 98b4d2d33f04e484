"""Locks on contacts: between their removal and writes about them, and between changes of many.

Tags, timelines, and enrollments have no foreign key to contacts, because checking one for each row would take
longer than inserting it. Instead, whatever writes them holds their contacts, and whatever removes contacts
locks them first: the later of the two waits, and then sees what the other did. Whatever changes many contacts
or their tags locks all of them first, because a statement would lock them in the order in which it meets
them. All go by increasing id, so that they cannot deadlock. On SQLite the write lock already does this.
"""

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, TypedDict

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import Bound, around, execute_built, id_param
from app.platform.database.short_reads import in_ids

_contacts = Contact.__table__


class _Options(TypedDict, total=False):
    read: bool
    key_share: bool


class LockFor(Enum):
    """What contacts are locked for; each value holds the options of `with_for_update`.

    WRITING_ABOUT keeps them from being removed; others may change them at the same time, apart from their
    email address. CHANGE keeps others from changing them or their tags, too. REMOVAL excludes everything.
    """

    WRITING_ABOUT = _Options(read=True, key_share=True)
    CHANGE = _Options(key_share=True)
    REMOVAL = _Options()


def hold(account_id: int, contacts: Bound, purpose: LockFor) -> None:
    """Lock those of these contacts that exist until the transaction ends."""
    if not is_sqlite():
        execute_built(around(_holding, contacts, purpose), {**contacts.values, "h_account_id": account_id})


def hold_free(account_id: int, contact_ids: Sequence[int]) -> set[int]:
    """Lock those of these contacts that exist, against removal and changes by others, without waiting: pass
    over those that others have locked. Return the ids of the locked ones: on SQLite, which has one writer,
    all of them; whoever was removed has left all workflows in the same transaction."""
    if is_sqlite():
        return set(contact_ids)
    values = {"h_account_id": account_id, "h_ids": contact_ids}
    return set(execute_built(_holding_free(), values).scalars().all())


def lock(contacts: sa.Select[Any], purpose: LockFor) -> None:
    """Lock the contacts of a select of ids until the transaction ends."""
    if not is_sqlite():
        query = contacts.order_by(_contacts.c.id).with_for_update(of=_contacts, **purpose.value)
        session().execute(query)


def lock_ids(account_id: int, contact_ids: sa.Select[Any], purpose: LockFor) -> None:
    """Lock those of the account's contacts whose ids the select returns."""
    query = sa.select(_contacts.c.id)
    lock(query.where(_contacts.c.account_id == account_id, _contacts.c.id.in_(contact_ids)), purpose)


@lru_cache(maxsize=64)
def _holding(contacts: sa.Select[Any], purpose: LockFor) -> sa.Select[Any]:
    given = contacts.subquery("given")
    wanted = sa.select(given.c[0].label("id")).order_by(given.c[0]).subquery("wanted")
    # Looked up one by one through an index, in the order of `wanted`, whatever the planner's statistics say.
    held = (
        sa.select(_contacts.c.id)
        .where(
            _contacts.c.account_id == id_param("h_account_id"),
            _contacts.c.id == wanted.c.id,
        )
        .limit(1)
        .with_for_update(**purpose.value)
        .lateral("held")
    )
    return sa.select(sa.func.count(held.c.id)).select_from(wanted.join(held, sa.true()))


@lru_cache
def _holding_free() -> sa.Select[Any]:
    one = _contacts.c
    return (
        sa.select(one.id)
        .where(
            one.account_id == id_param("h_account_id"),
            in_ids(one.id, "h_ids", on_sqlite=False),
        )
        .with_for_update(skip_locked=True, **LockFor.CHANGE.value)
    )
