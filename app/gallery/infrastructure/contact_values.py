"""Which candidates from the texts of a workflow are values of the account's contacts.

Keys are looked up in their indexes, a few thousand in a statement. Values without an index, such as
companies and those of custom fields, take one pass over the contacts. What is returned is bounded by the
candidates, or read in portions.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.contacts.infrastructure.tables import Contact, CustomField
from app.gallery.domain.sanitizing import MAX_VALUE_WORDS
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import execute_built, is_there, row_list

CHUNK: Final = 5_000
PIECE: Final = 100_000
FEW_FIELDS: Final = 5
"""So many custom fields are quicker asked for by their keys, on PostgreSQL."""
_PAIR: Final[dict[str, sa.types.TypeEngine[Any]]] = {"given": sa.Text(), "family": sa.Text()}
MOST_SHARED: Final = 10
"""A value of a custom field, or a company of one word, that more contacts have says nothing about one of
them."""


def emails_among(account_id: int, keys: Collection[str]) -> frozenset[str]:
    """Return those of the email keys that contacts have."""
    return _among(account_id, Contact.email_key, keys)


def phones_among(account_id: int, keys: Collection[str]) -> frozenset[str]:
    """Return those of the phone keys that contacts have."""
    return _among(account_id, Contact.phone_key, keys)


def first_names_among(account_id: int, keys: Collection[str]) -> frozenset[str]:
    """Return those of the keys that are first names of contacts."""
    return _among(account_id, Contact.first_name_key, keys)


def last_names_among(account_id: int, keys: Collection[str]) -> frozenset[str]:
    """Return those of the keys that are last names of contacts."""
    return _among(account_id, Contact.last_name_key, keys)


def pairs_among(account_id: int, pairs: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return those of the (first name, last name) that a contact has."""
    found: set[tuple[str, str]] = set()
    for chunk in _chunks(sorted(pairs)):
        rows = row_list(_PAIR, chunk)
        asked = rows.query.subquery("asked")
        contact = sa.select(Contact.id).where(
            Contact.account_id == account_id,
            Contact.first_name_key == asked.c.given,
            Contact.last_name_key == asked.c.family,
        )
        query = sa.select(asked.c.given, asked.c.family).where(is_there(contact))
        found.update((row[0], row[1]) for row in execute_built(query, rows.values))
    return frozenset(found)


def birthdays_among(account_id: int, days: Collection[date]) -> frozenset[date]:
    """Return those of the days that are birthdays of contacts."""
    if not days:
        return frozenset()
    query = sa.select(Contact.birthday).where(
        Contact.account_id == account_id, Contact.birthday.in_(sorted(days)[:CHUNK])
    )
    return frozenset(day for day in session().scalars(query.distinct()) if day is not None)


def companies_where(account_id: int, is_meant: Callable[[str], bool]) -> dict[str, bool]:
    """Return {company: whether more than a few contacts have it} of those for which `is_meant` is true."""
    query = (
        sa.select(Contact.company, sa.func.count() > MOST_SHARED)
        .where(Contact.account_id == account_id, Contact.company.is_not(None))
        .group_by(Contact.company)
    )
    rows = session().execute(query.execution_options(yield_per=CHUNK))
    return {name: bool(is_shared) for name, is_shared in rows if name is not None and is_meant(name)}


def cities_where(account_id: int, is_meant: Callable[[str], bool]) -> frozenset[str]:
    """Return the cities of contacts for which `is_meant` is true."""
    return _where(account_id, Contact.city, is_meant)


def custom_values_among(
    account_id: int, values: Collection[str], is_meant: Callable[[str], bool]
) -> dict[str, str]:
    """Return {value in lowercase: key of the field} of what a few contacts have in a custom field for text:
    of the values, in lowercase, and of longer ones for which `is_meant` is true."""
    is_wanted = values.__contains__
    return _custom_values(account_id, ("text",), values, lambda value: is_wanted(value) or is_meant(value))


def fixed_values_among(account_id: int, values: Collection[str]) -> dict[str, str]:
    """Return {value: key of the field} of those of the dates and numbers that a few contacts have in a custom
    field."""
    return _custom_values(account_id, ("date", "number"), values)


def _custom_values(
    account_id: int,
    kinds: Sequence[str],
    values: Collection[str],
    is_meant: Callable[[str], bool] | None = None,
) -> dict[str, str]:
    """Return {value in lowercase: key of the field} of what a few contacts have in custom fields of these
    kinds: of the values, and with `is_meant` of those with more words than any of them for which it is true.
    """
    fields = sa.select(CustomField.key).where(
        CustomField.account_id == account_id, CustomField.kind.in_(kinds)
    )
    keys = list(session().scalars(fields))
    if not keys or not values:
        return {}
    pair, key, value = _pair_of(keys)
    is_wanted = value.in_(_listed(sorted(values)))
    query = (
        sa.select(value, sa.func.min(key), sa.func.count())
        .select_from(Contact, pair)
        .where(
            Contact.account_id == account_id,
            Contact.custom.is_not(None),
            key.in_(_listed(keys)),
            sa.or_(is_wanted, value.like("% " * MAX_VALUE_WORDS + "%")) if is_meant else is_wanted,
        )
        .group_by(value)
    )
    uses: dict[str, tuple[int, str]] = {}
    for piece in _pieces(account_id):
        for text, name, times in session().execute(query.where(piece).execution_options(yield_per=CHUNK)):
            if is_meant is None or is_meant(text):
                before, first = uses.get(text, (0, name))
                uses[text] = before + times, min(first, name)
    return {text: name for text, (times, name) in uses.items() if times <= MOST_SHARED}


def _pair_of(keys: Sequence[str]) -> tuple[sa.FromClause, Any, Any]:
    """Return a table to join with contacts, and its columns with the keys of their custom values, at least
    these, and with the values in lowercase."""
    custom = Contact.custom if is_sqlite() else sa.type_coerce(Contact.custom, JSONB())
    if not is_sqlite() and len(keys) <= FEW_FIELDS:
        listed = sa.func.jsonb_array_elements_text(sa.literal(list(keys), JSONB()))
        field = listed.table_valued(sa.column("key", sa.Text), joins_implicitly=True).render_derived()
        return field, field.c.key, sa.func.lower(custom.op("->>")(field.c.key), type_=sa.Text)
    each = sa.func.json_each(custom) if is_sqlite() else sa.func.jsonb_each_text(custom)
    pair = each.table_valued("key", "value", joins_implicitly=True)
    return pair, pair.c.key, sa.func.lower(sa.cast(pair.c.value, sa.Text), type_=sa.Text)


def _pieces(account_id: int) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that select PIECE contacts each, so that no statement is long."""
    ids = sa.select(Contact.id).where(Contact.account_id == account_id).order_by(Contact.id)
    first = 0
    while last := session().scalar(ids.where(Contact.id >= first).offset(PIECE).limit(1)):
        yield sa.and_(Contact.id >= first, Contact.id < last)
        first = last
    yield Contact.id >= first


def _among(account_id: int, column: Any, keys: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    for chunk in _chunks(sorted(keys)):
        asked = _listed(chunk).subquery("asked")
        key = next(iter(asked.c))
        contact = sa.select(Contact.id).where(Contact.account_id == account_id, column == key)
        found.update(session().scalars(sa.select(key).where(is_there(contact))))
    return frozenset(found)


def _where(account_id: int, column: Any, is_meant: Callable[[str], bool]) -> frozenset[str]:
    query = sa.select(column).where(Contact.account_id == account_id, column.is_not(None)).distinct()
    rows = session().scalars(query.execution_options(yield_per=CHUNK))
    return frozenset(value for value in rows if is_meant(value))


def _listed(texts: list[str]) -> sa.Select[Any]:
    """Return a select of these texts, which are sent as one parameter."""
    if is_sqlite():
        return sa.select(sa.func.json_each(json.dumps(texts)).table_valued("value").c.value.label("wanted"))
    each = sa.func.unnest(sa.bindparam("texts", texts, ARRAY(sa.Text()), unique=True))
    return sa.select(each.label("wanted"))


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
