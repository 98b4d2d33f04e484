"""Reads and writes of selections of contacts, and of the contacts in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact, ContactSelection
from app.platform.database import session
from app.platform.database.many_rows import id_list


def add(selection: ContactSelection) -> ContactSelection:
    session().add(selection)
    session().flush()
    return selection


def selection(account_id: int, selection_id: int) -> ContactSelection | None:
    return session().scalar(
        sa.select(ContactSelection).where(
            ContactSelection.account_id == account_id, ContactSelection.id == selection_id
        )
    )


def listed_ids(account_id: int) -> int:
    """Return how many ids all selections of the account hold."""
    query = sa.select(sa.func.coalesce(sa.func.sum(ContactSelection.total), 0)).where(
        ContactSelection.account_id == account_id, ContactSelection.ids.isnot(None)
    )
    return int(session().scalar(query) or 0)


def discard_before(at: datetime) -> int:
    """Delete the selections of all accounts that were made before then; return how many."""
    result: Any = session().execute(
        sa.delete(ContactSelection).where(ContactSelection.created_at < at),
        execution_options={"cross_account": True, "synchronize_session": False},
    )
    return int(result.rowcount)


def discard_oldest(account_id: int, user_id: int | None, keep: int) -> None:
    """Delete the selections of a user except for the newest `keep`."""
    theirs = (ContactSelection.account_id == account_id, ContactSelection.created_by == user_id)
    newest = sa.select(ContactSelection.id).where(*theirs).order_by(ContactSelection.id.desc())
    session().execute(
        sa.delete(ContactSelection).where(
            *theirs, ContactSelection.id < newest.limit(1).offset(keep - 1).scalar_subquery()
        ),
        execution_options={"synchronize_session": False},
    )


def listed(account_id: int, ids: Sequence[int]) -> sa.Select[Any]:
    """Select the ids of those contacts that exist in the account."""
    return sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id.in_(id_list(ids)))


def count(contacts: sa.Select[Any]) -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(contacts.subquery())) or 0


def ids_of(contacts: sa.Select[Any]) -> list[int]:
    return list(session().scalars(contacts))


def existing(account_id: int, ids: Sequence[int]) -> list[int]:
    """Return those of the ids that are contacts of the account, in their order."""
    found = set(session().scalars(listed(account_id, ids)))
    return [number for number in ids if number in found]


def highest_id(account_id: int) -> int:
    return session().scalar(sa.select(sa.func.max(Contact.id)).where(Contact.account_id == account_id)) or 0


def slice_of(contacts: sa.Select[Any], after: int, size: int) -> list[int]:
    """Return the next ids of the select that follow `after`, in order."""
    [number] = contacts.selected_columns
    return list(session().scalars(contacts.where(number > after).order_by(number).limit(size)))


def contacts(account_id: int, ids: Sequence[int]) -> Sequence[Contact]:
    """Return contacts by id, in order of id."""
    query = sa.select(Contact).where(Contact.account_id == account_id, Contact.id.in_(id_list(ids)))
    return session().scalars(query.order_by(Contact.id)).all()
