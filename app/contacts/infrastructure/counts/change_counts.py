"""What an update of contacts would change, field by field, without changing anything."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.domain.criteria.fields import custom_key
from app.contacts.infrastructure.bulk_store import Mode, changing, differences
from app.contacts.infrastructure.conditions import field_value
from app.contacts.infrastructure.tables import Contact
from app.platform.database import is_sqlite, session

_contacts = Contact.__table__.c


class FieldChanges(NamedTuple):
    """Numbers of contacts whose field is empty and would be filled, and has a value and would get another;
    the first and the last row number with such a change."""

    filled: int
    overwritten: int
    first_row: int
    last_row: int


def changed_contacts(account_id: int, rows: sa.Select[Any], mode: Mode) -> int:
    """Count the contacts that an update from `rows` would change."""
    given = rows.subquery("given")
    query = sa.select(sa.func.count()).select_from(Contact).where(*changing(account_id, given, mode))
    return session().scalar(query) or 0


def changed_fields(account_id: int, rows: sa.Select[Any], mode: Mode) -> dict[str, FieldChanges]:
    """Return {field: changes} for the fields that would change, named like `contact.company` and
    `contact.custom.size`."""
    given = rows.subquery("given")
    mine = (_contacts.account_id == account_id, _contacts.id == given.c.contact_id)
    changes = differences(given, mode)
    columns: list[Any] = []
    for name, is_changed in changes.items():
        columns += _counts(is_changed, _contacts[name], given.c.row_number)
    found: dict[str, FieldChanges] = {}
    if columns:
        values = list(session().execute(sa.select(*columns).select_from(given).where(*mine)).one())
        for place, name in enumerate(changes):
            found[f"contact.{name}"] = FieldChanges(
                *(value or 0 for value in values[4 * place : 4 * place + 4])
            )
    if "custom" in given.c:
        found |= _changed_custom(given, mine, mode)
    return {name: change for name, change in found.items() if change.filled or change.overwritten}


def _changed_custom(
    given: sa.Subquery, mine: tuple[sa.ColumnElement[bool], ...], mode: Mode
) -> dict[str, FieldChanges]:
    each = sa.func.json_each if is_sqlite() else sa.func.jsonb_each_text
    pairs = each(given.c.custom).table_valued("key", "value", name="pairs")
    old = custom_value(_contacts.custom, pairs.c.key)
    is_changed = old.is_(None) if mode == "fill" else old.is_distinct_from(pairs.c.value)
    query = (
        sa.select(pairs.c.key, *_counts(is_changed, old, given.c.row_number))
        .select_from(given)
        .join(pairs, sa.true())
        .where(*mine, given.c.custom.is_not(None))
        .group_by(pairs.c.key)
    )
    return {
        f"contact.custom.{key}": FieldChanges(*(value or 0 for value in counts))
        for key, *counts in session().execute(query)
    }


def contacts_changed_in(
    account_id: int, rows: sa.Select[Any], mode: Mode, fields: Sequence[str]
) -> dict[str, list[int]]:
    """Return {field: ids of the contacts in which an update from `rows` would change it} for those of
    `fields`, named like `contact.company` and `contact.custom.size`, that the rows have."""
    given = rows.subquery("given")
    standard = {f"contact.{name}": changes for name, changes in differences(given, mode).items()}
    wanted = {name: standard[name] for name in fields if name in standard}
    if "custom" in given.c:
        wanted |= {name: _differs(name, given, mode) for name in fields if custom_key(name)}
    found: dict[str, list[int]] = {name: [] for name in wanted}
    if not wanted:
        return found
    query = sa.select(_contacts.id, *wanted.values()).where(
        _contacts.account_id == account_id, _contacts.id == given.c.contact_id, sa.or_(*wanted.values())
    )
    for contact_id, *changes in session().execute(query):
        for name, is_changed in zip(wanted, changes, strict=True):
            if is_changed:
                found[name].append(contact_id)
    return found


def _differs(field: str, given: sa.Subquery, mode: Mode) -> sa.ColumnElement[bool]:
    """Condition that an update would change a custom field."""
    new, old = field_value(field, given.c), field_value(field, _contacts)
    return sa.and_(new.is_not(None), old.is_(None) if mode == "fill" else old.is_distinct_from(new))


def custom_value(custom: Any, key: Any) -> sa.ColumnElement[Any]:
    """SQL expression for the text of a custom field; NULL if there is none."""
    if is_sqlite():
        return sa.func.json_extract(custom, sa.literal('$."') + key + sa.literal('"'))
    text: sa.ColumnElement[Any] = custom.op("->>", return_type=sa.Text())(key)
    return text


def _counts(is_changed: sa.ColumnElement[bool], old: Any, row: Any) -> list[sa.ColumnElement[Any]]:
    return [
        sa.func.sum(sa.case((sa.and_(is_changed, old.is_(None)), 1), else_=0)),
        sa.func.sum(sa.case((sa.and_(is_changed, old.is_not(None)), 1), else_=0)),
        sa.func.min(sa.case((is_changed, row))),
        sa.func.max(sa.case((is_changed, row))),
    ]
