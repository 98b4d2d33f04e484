"""Set-based writes to contacts, from selects that other rooms provide.

Columns of a select are found by name. New contacts are inserted in the order of their keys, so that two jobs
with the same contacts take locks in the same order. Functions called `…_naming` return the contacts instead
of their number, which takes longer. Tags are written by `tag_store`.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from app.contacts.domain import STAGED, STRENGTH, Status
from app.contacts.domain.consent import CONTACTABLE
from app.contacts.domain.criteria.fields import custom_key
from app.contacts.infrastructure.conditions import field_value, may_be_contacted
from app.contacts.infrastructure.own_field_store import without_key
from app.contacts.infrastructure.tables import Contact, ContactTag, ReceivedEvent, TopicStop
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import Bound, around, constant, execute_built
from app.platform.database.upserts import insert_into

Mode = Literal["fill", "overwrite"]

# Columns that an update writes, each with the column that decides whether the contact already has a value.
_UPDATED = {
    name: name.removesuffix("_key") for name in STAGED if name not in ("email", "email_key", "custom")
}
_contacts, _contact_tags = Contact.__table__, ContactTag.__table__
_events, _stops = ReceivedEvent.__table__, TopicStop.__table__


def create(account_id: int, source: Bound, fixed: dict[str, Any], at: datetime) -> int:
    """Insert a contact for each row of `source` whose address is new; return how many. `fixed` holds values
    for all rows."""
    insert, values = _creation_of(account_id, source, fixed, at, False)
    return int(execute_built(insert, values, rowcount=True).rowcount)


def create_naming(account_id: int, source: Bound, fixed: dict[str, Any], at: datetime) -> list[int]:
    """Do the same; return the ids."""
    insert, values = _creation_of(account_id, source, fixed, at, True)
    return list(execute_built(insert, values).scalars().all())


def _creation_of(
    account_id: int, source: Bound, fixed: dict[str, Any], at: datetime, is_naming: bool
) -> tuple[Any, dict[str, Any]]:
    fixed = {name: value for name, value in fixed.items() if value is not None}
    insert = around(_creation, source, tuple(fixed), is_sqlite(), is_naming)
    values = {f"c_{name}": value for name, value in fixed.items()}
    values |= {"c_account_id": account_id, "c_created_at": at}
    return insert, {**source.values, **values}


@lru_cache(maxsize=64)
def _creation(source: sa.Select[Any], fixed: tuple[str, ...], on_sqlite: bool, is_naming: bool) -> Any:
    given = source.subquery("source")
    account_id, at = _given("account_id"), _given("created_at")
    status = given.c.status if "status" in given.c else constant(CONTACTABLE.value)
    is_open = may_be_contacted(status)
    values: dict[str, Any] = {
        "account_id": account_id,
        "status": status,
        "status_at": sa.case((is_open, sa.null()), else_=at),
        "created_at": at,
        "updated_at": at,
        "consent_at": sa.case((is_open, at), else_=sa.null()),
    }
    values |= {name: given.c[name] for name in STAGED if name in given.c}
    for name in ("consent_basis", "consent_source"):
        known = given.c[name] if name in given.c else _given(name) if name in fixed else sa.null()
        values[name] = sa.case((is_open, known), else_=sa.null())
    values |= {name: _given(name) for name in fixed if name not in values}
    rows = sa.select(*values.values()).select_from(given).where(_is_new(account_id, given))
    if "email_key" in given.c:
        rows = rows.order_by(given.c.email_key)
    insert = insert_into(_contacts, on_sqlite).from_select(list(values), rows).on_conflict_do_nothing()
    return insert.returning(_contacts.c.id) if is_naming else insert


def _given(name: str) -> Any:
    return sa.bindparam(f"c_{name}", type_=_contacts.c[name].type)


def update(account_id: int, rows: sa.Select[Any], mode: Mode, at: datetime) -> int:
    """Write the columns of `rows` to the contacts in its `contact_id`; return how many changed."""
    return _written(_update(account_id, rows, mode, at))


def update_naming(account_id: int, rows: sa.Select[Any], mode: Mode, at: datetime) -> list[int]:
    """Do the same; return the ids of those that changed."""
    statement = _update(account_id, rows, mode, at).returning(_contacts.c.id)
    return list(session().scalars(statement))


def _update(account_id: int, rows: sa.Select[Any], mode: Mode, at: datetime) -> Any:
    given = rows.subquery("given")
    values = {**_new_values(given, mode), "updated_at": at}
    return sa.update(_contacts).where(*changing(account_id, given, mode)).values(values)


def clear_naming(account_id: int, contacts: sa.Select[Any], field: str, at: datetime) -> list[int]:
    """Empty a field, named like `contact.city` or `contact.custom.size`, of the contacts of a select; return
    the ids of those that had a value. A phone number that is the contact's only address stays."""
    values: dict[str, Any] = {
        name: sa.null() for name in STAGED if name.removesuffix("_key") == field.removeprefix("contact.")
    }
    if key := custom_key(field):
        values["custom"] = without_key(_contacts.c.custom, key)
    has_value = field_value(field, _contacts.c).is_not(None)
    statement = sa.update(_contacts).where(
        _contacts.c.account_id == account_id, _contacts.c.id.in_(contacts), has_value
    )
    if "phone" in values:
        statement = statement.where(_contacts.c.email_key.is_not(None))
    return list(session().scalars(statement.values({**values, "updated_at": at}).returning(_contacts.c.id)))


def changed(account_id: int, rows: sa.Select[Any], mode: Mode) -> sa.Select[Any]:
    """Select the ids of the contacts that `update` would change."""
    given = rows.subquery("given")
    return sa.select(_contacts.c.id.label("contact_id")).where(*changing(account_id, given, mode))


def weaker(account_id: int, rows: sa.Select[Any], status: Status | None = None) -> sa.Select[Any]:
    """Select (contact_id, strength) for the contacts of `rows` (contact_id, status) whose status is weaker
    than the strongest one given for them; with `status`, only those that would get this status."""
    given = rows.subquery("given")
    strength = sa.func.max(_strength(given.c.status)).label("strength")
    wanted = _once(sa.select(given.c.contact_id, strength).group_by(given.c.contact_id), "wanted")
    query = sa.select(_contacts.c.id.label("contact_id"), wanted.c.strength).where(
        _contacts.c.account_id == account_id,
        _contacts.c.id == wanted.c.contact_id,
        _strength(_contacts.c.status) < wanted.c.strength,
    )
    return query if status is None else query.where(wanted.c.strength == STRENGTH[status])


def block(account_id: int, rows: sa.Select[Any], at: datetime) -> int:
    """Set the strongest status given in `rows` on contacts with a weaker one; return how many changed."""
    return _written(_block(account_id, rows, at))


def block_naming(account_id: int, rows: sa.Select[Any], at: datetime) -> list[tuple[int, str]]:
    """Do the same; return (id, new status) of those that changed."""
    statement = _block(account_id, rows, at).returning(_contacts.c.id, _contacts.c.status)
    return [(row[0], row[1]) for row in session().execute(statement)]


def _block(account_id: int, rows: sa.Select[Any], at: datetime) -> Any:
    found = _once(weaker(account_id, rows), "found")
    status = sa.case(
        *((found.c.strength == place, status.value) for status, place in STRENGTH.items()),
        else_=_contacts.c.status,
    )
    return (
        sa.update(_contacts)
        .where(_contacts.c.account_id == account_id, _contacts.c.id == found.c.contact_id)
        .values(status=status, status_at=at, updated_at=at)
    )


def delete(account_id: int, contacts: sa.Select[Any]) -> int:
    """Delete the contacts of a select, with their tags, stopped topics, and received events; return how
    many."""
    session().execute(
        sa.delete(_stops).where(_stops.c.account_id == account_id, _stops.c.contact_id.in_(contacts))
    )
    session().execute(
        sa.delete(_contact_tags).where(
            _contact_tags.c.account_id == account_id, _contact_tags.c.contact_id.in_(contacts)
        )
    )
    session().execute(
        sa.delete(_events).where(_events.c.account_id == account_id, _events.c.contact_id.in_(contacts))
    )
    return _written(
        sa.delete(_contacts).where(_contacts.c.account_id == account_id, _contacts.c.id.in_(contacts))
    )


def _is_new(account_id: int, given: sa.Subquery) -> sa.ColumnElement[bool]:
    """Condition that no contact has the row's phone number; only for rows without an email address.

    Email addresses are left to the unique index; phone numbers are not unique. A scalar subquery, because it
    cannot be planned as a scan of all contacts.
    """
    if "phone_key" not in given.c:
        return sa.true()
    other = _contacts.alias("other")
    taken = (
        sa.select(other.c.id)
        .where(other.c.account_id == account_id, other.c.phone_key == given.c.phone_key)
        .limit(1)
        .scalar_subquery()
    )
    if "email_key" not in given.c:
        return taken.is_(None)
    return sa.or_(given.c.email_key.is_not(None), taken.is_(None))


def _new_values(given: sa.Subquery, mode: Mode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, deciding in _UPDATED.items():
        if name not in given.c:
            continue
        if mode == "fill":
            values[name] = sa.case((_contacts.c[deciding].is_(None), given.c[name]), else_=_contacts.c[name])
        else:
            values[name] = sa.case((given.c[deciding].is_(None), _contacts.c[name]), else_=given.c[name])
    if "custom" in given.c:
        merged = _merged(_contacts.c.custom, given.c.custom, mode)
        values["custom"] = sa.case((given.c.custom.is_(None), _contacts.c.custom), else_=merged)
    return values


def differences(given: sa.Subquery, mode: Mode) -> dict[str, sa.ColumnElement[bool]]:
    """Return {standard field: condition that an update would change it}."""
    found: dict[str, sa.ColumnElement[bool]] = {}
    for name in (name for name, deciding in _UPDATED.items() if name == deciding and name in given.c):
        new, old = given.c[name], _contacts.c[name]
        is_other = old.is_(None) if mode == "fill" else old.is_distinct_from(new)
        found[name] = sa.and_(new.is_not(None), is_other)
    return found


def changing(account_id: int, given: sa.Subquery, mode: Mode) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the contacts that an update would change, joined with its rows."""
    changes = list(differences(given, mode).values())
    if "custom" in given.c:
        merged = _merged(_contacts.c.custom, given.c.custom, mode)
        changes.append(sa.and_(given.c.custom.is_not(None), _plain(_contacts.c.custom) != merged))
    return [
        _contacts.c.account_id == account_id,
        _contacts.c.id == given.c.contact_id,
        sa.or_(sa.false(), *changes),
    ]


def _merged(old: Any, new: Any, mode: Mode) -> Any:
    """Merge two JSON objects; `mode` decides which value wins where both have a key. On SQLite keeps the
    order of `old`."""
    if is_sqlite():
        merged = sa.func.json_patch(_plain(old), new)
        return sa.func.json_patch(merged, _plain(old)) if mode == "fill" else merged
    first, second = (new, _plain(old)) if mode == "fill" else (_plain(old), new)
    return first.op("||", return_type=_contacts.c.custom.type)(second)


def _plain(custom: Any) -> Any:
    """Normalize a contact's custom fields to a JSON object of the database, empty if there are none."""
    if is_sqlite():
        return sa.func.json(sa.func.coalesce(custom, sa.literal_column("'{}'")))
    return sa.func.coalesce(custom, sa.literal_column("'{}'::jsonb"))


def _once(query: sa.Select[Any], name: str) -> sa.Subquery | sa.CTE:
    """Return the query as a subquery that PostgreSQL evaluates once, whatever row count it estimates."""
    if is_sqlite():
        return query.subquery(name)
    return query.cte(name).prefix_with("MATERIALIZED")


def _strength(status: Any) -> Any:
    return sa.case({status.value: place for status, place in STRENGTH.items()}, value=status, else_=0)


def _written(statement: Any) -> int:
    result: Any = session().execute(
        statement, execution_options={"synchronize_session": False, "preserve_rowcount": True}
    )
    return int(result.rowcount)
