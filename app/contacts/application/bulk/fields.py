"""Setting one field of many contacts, as a step of a workflow does.

Fields are named as in criteria, such as `contact.city` and `contact.custom.size`, and are those that a step
may set. Texts are read like those of a file, in the usual style of the account's country. A blank text clears
the field, but not a phone number that is the contact's only address. The caller holds the contacts
`to_change`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts import application as accounts
from app.contacts.application import happenings
from app.contacts.application.custom_fields.listing import own_field_list
from app.contacts.application.happenings import ANY, Kind
from app.contacts.domain import STAGED, Reading, pack, read_fields
from app.contacts.domain.criteria.fields import custom_key, field_named
from app.contacts.infrastructure import bulk_store, staged
from app.platform.database import is_sqlite, transaction
from app.platform.database.many_rows import id_list


class FieldSet(NamedTuple):
    """How many contacts have another value than before, and why the text is not a value of the field, as a
    sentence; empty if it is."""

    changed: int
    problem: str = ""


class FieldsSet(NamedTuple):
    """How many contacts have another value than before, and {contact id: why its text is not a value}."""

    changed: int
    problems: Mapping[int, str]


def set_field_many(
    account_id: int,
    contact_ids: sa.Select[Any],
    field: str,
    text: str,
    at: datetime,
    *,
    job_id: int | None = None,
    source: str = "",
) -> FieldSet:
    """Set the field of every contact in the first column of `contact_ids` (unique) to the same text. Raises
    ValueError for a field that cannot be set."""
    with transaction():
        values, problems = _reader(account_id, field)(text)
        if problems:
            return FieldSet(0, next(iter(problems.values())))
        if values:
            ids = contact_ids.subquery("ids")
            one = _unpacked(sa.select(sa.literal(pack(values), sa.Text).label("fields")), field).subquery(
                "one"
            )
            rows = sa.select(ids.c[0].label("contact_id"), *one.c).join_from(ids, one, sa.true())
            changed = bulk_store.update_naming(account_id, rows, "overwrite", at)
        else:
            changed = bulk_store.clear_naming(account_id, contact_ids, field, at)
        _tell(account_id, field, changed, at, job_id, source)
        return FieldSet(len(changed))


def set_field_each(
    account_id: int,
    texts: Mapping[int, str],
    field: str,
    at: datetime,
    *,
    job_id: int | None = None,
    source: str = "",
) -> FieldsSet:
    """Set the field of each contact to its own text, given as {contact id: text}; those whose text is not a
    value of the field keep what they have. Raises ValueError for a field that cannot be set."""
    with transaction():
        read = cache(_reader(account_id, field))
        readings = {contact_id: read(text) for contact_id, text in texts.items()}
        problems = {
            contact_id: next(iter(reading.problems.values()))
            for contact_id, reading in readings.items()
            if reading.problems
        }
        fitting = {number: one.values for number, one in readings.items() if number not in problems}
        packed = {str(number): pack(values) for number, values in fitting.items() if values}
        cleared = [number for number, values in fitting.items() if not values]
        changed: list[int] = []
        if packed:
            rows = _unpacked(_given(packed), field)
            changed += bulk_store.update_naming(account_id, rows, "overwrite", at)
        if cleared:
            changed += bulk_store.clear_naming(account_id, id_list(cleared), field, at)
        _tell(account_id, field, changed, at, job_id, source)
        return FieldsSet(len(changed), problems)


def read_value(account_id: int, field: str, text: str) -> Reading:
    """Read a text as a value of the field, without setting it. Raises ValueError for a field that cannot be
    set."""
    return _reader(account_id, field)(text)


def _reader(account_id: int, field: str) -> Callable[[str], Reading]:
    """Return the function that reads a text as values of the field's columns."""
    known = field_named(field)
    if known is None or not known.own:
        raise ValueError(f"{field} can’t be set")
    country = accounts.worker_actor(account_id).country
    key = custom_key(field)
    if not key:
        name = field.removeprefix("contact.")
        return lambda text: read_fields({name: text}, country)
    own = {one.key: one for one in own_field_list(account_id) if one.key == key}
    if not own:
        return lambda _: Reading({}, {key: "This custom field doesn’t exist."})
    return lambda text: read_fields({}, country, {key: text}, own=own)


def _given(packed: Mapping[str, str]) -> sa.Select[Any]:
    """Select {contact id: packed values} as (contact_id, fields)."""
    given: Any = sa.literal(json.dumps(packed, ensure_ascii=False), sa.Text)
    each = sa.func.json_each(given) if is_sqlite() else sa.func.json_each_text(sa.cast(given, sa.JSON))
    pairs = each.table_valued(sa.column("key", sa.Text), sa.column("value", sa.Text), name="pairs")
    contact_id = sa.cast(pairs.c.key, sa.BigInteger).label("contact_id")
    return sa.select(contact_id, pairs.c.value.label("fields"))


def _unpacked(rows: sa.Select[Any], field: str) -> sa.Select[Any]:
    """Expand the column `fields` of `rows` into the columns of the field."""
    column = "custom" if custom_key(field) else field.removeprefix("contact.")
    names = tuple(name for name in STAGED if name.removesuffix("_key") == column)
    query: sa.Select[Any] = staged.unpacked.__wrapped__(rows, is_sqlite(), names)
    return query


def _tell(
    account_id: int, field: str, changed: Sequence[int], at: datetime, job_id: int | None, source: str
) -> None:
    heard = happenings.listening(account_id)
    for name in (field, ANY):
        heard.tell(Kind.FIELD_CHANGED, name, changed, at, job_id=job_id, source=source)
