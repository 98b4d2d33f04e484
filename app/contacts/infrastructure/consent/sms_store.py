"""Reads and writes of what phone numbers say about text messages."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact, SmsConsent
from app.platform.database import BigInt, session
from app.platform.database.many_rows import execute_built, id_list, row_list
from app.platform.database.upserts import insert_into

_consents = SmsConsent.__table__
_AT_ONCE: Final = 5_000


def consent_of(account_id: int, phone_key: str) -> SmsConsent | None:
    query = sa.select(SmsConsent).where(
        SmsConsent.account_id == account_id, SmsConsent.phone_key == phone_key
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def consents_of(account_id: int, phone_keys: Collection[str]) -> dict[str, bool]:
    """Return {number: whether it agrees} of those that have said anything."""
    if not phone_keys:
        return {}
    query = sa.select(SmsConsent.phone_key, SmsConsent.is_given).where(
        SmsConsent.account_id == account_id, SmsConsent.phone_key.in_(sorted(phone_keys))
    )
    return {row[0]: row[1] for row in session().execute(query)}


def contacts_with_phone(account_id: int, phone_key: str) -> sa.Select[Any]:
    """Select the ids of the contacts that have a phone number."""
    return sa.select(Contact.id).where(Contact.account_id == account_id, Contact.phone_key == phone_key)


def save(account_id: int, phone_key: str, is_given: bool, source: str, at: datetime) -> bool:
    """Keep what a number says; return whether that is something else than before."""
    values = {"account_id": account_id, "phone_key": phone_key, "is_given": is_given}
    insert = insert_into(_consents)
    statement = insert.values(**values, source=source, at=at).on_conflict_do_update(
        index_elements=["account_id", "phone_key"],
        set_={"is_given": is_given, "source": source, "at": at},
        where=_consents.c.is_given != sa.literal(is_given),
    )
    result: Any = session().execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount) == 1


def phone_keys_of(account_id: int, contact_ids: Sequence[int]) -> dict[int, str]:
    """Return {contact id: phone key} of those that have one."""
    query = sa.select(Contact.id, Contact.phone_key).where(
        Contact.account_id == account_id, Contact.id.in_(id_list(contact_ids)), Contact.phone_key.is_not(None)
    )
    return {contact_id: key for contact_id, key in session().execute(query) if key}


def numbers_of_contacts(account_id: int, phone_keys: Collection[str]) -> dict[int, str]:
    """Return {contact id: phone key} of the contacts that have one of these numbers."""
    keys = sorted(phone_keys)
    one = Contact
    found: dict[int, str] = {}
    for first in range(0, len(keys), _AT_ONCE):
        some = keys[first : first + _AT_ONCE]
        query = sa.select(one.id, one.phone_key).where(one.account_id == account_id, one.phone_key.in_(some))
        found |= {contact_id: key for contact_id, key in session().execute(query) if key}
    return found


def save_many(account_id: int, said: Mapping[str, bool], source: str, at: datetime) -> list[str]:
    """Keep what numbers say, given {number: whether it agrees}; a yes only of numbers that have said nothing.
    Return the numbers that say something else than before."""
    if not said:
        return []
    names = ("phone_key", "is_given")
    listed = row_list({name: _consents.c[name].type for name in names}, sorted(said.items()))
    given = listed.query.subquery("given")
    values = {
        "account_id": sa.literal(account_id, BigInt),
        **{name: given.c[name] for name in names},
        "source": sa.literal(source, _consents.c.source.type),
        "at": sa.literal(at, _consents.c["at"].type),
    }
    chosen = sa.select(*values.values()).select_from(given).where(sa.true())
    insert = insert_into(_consents).from_select(list(values), chosen)
    new = insert.excluded
    statement = insert.on_conflict_do_update(
        index_elements=["account_id", "phone_key"],
        set_={name: new[name] for name in ("is_given", "source", "at")},
        where=sa.and_(_consents.c.is_given, sa.not_(new.is_given)),
    ).returning(_consents.c.phone_key)
    return list(execute_built(statement, listed.values).scalars())


def forget_agreements(account_id: int, contacts: sa.Select[Any]) -> None:
    """Forget that numbers have agreed that nobody but the contacts of this select has. Numbers that have said
    no are kept, without a name, so that they get nothing if they come back."""
    one, other = _consents.c, Contact.__table__.alias("other")
    theirs = sa.select(Contact.phone_key).where(
        Contact.account_id == account_id, Contact.id.in_(contacts), Contact.phone_key.is_not(None)
    )
    is_shared = (
        sa.select(other.c.id)
        .where(
            other.c.account_id == account_id,
            other.c.phone_key == one.phone_key,
            other.c.id.not_in(contacts),
        )
        .exists()
    )
    session().execute(
        sa.delete(_consents).where(
            one.account_id == account_id, one.is_given, one.phone_key.in_(theirs), ~is_shared
        )
    )
