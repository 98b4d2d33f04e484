"""Set-based writes of contacts' tags.

Each has two forms: one that counts the pairs of contact and tag that were written, and one that names them,
which takes longer.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import ContactTag, Tag
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import Bound, around, execute_built
from app.platform.database.upserts import insert_into

_contact_tags, _tags = ContactTag.__table__, Tag.__table__
_COLUMNS = ["account_id", "contact_id", "tag_id", "added_at", "added_job_id"]
_PAIR = (_contact_tags.c.contact_id, _contact_tags.c.tag_id)

Pairs = list[tuple[int, int]]
"""(contact id, tag id) of each."""


def tag(account_id: int, contacts: Bound, tag_ids: Sequence[int], job_id: int | None, at: datetime) -> int:
    """Add each tag to every contact in the select's first column; return how many pairs were new."""
    insert = around(_tagging, contacts, is_sqlite(), False)
    values = {**contacts.values, **_added(account_id, job_id, at)}
    return sum(
        int(execute_built(insert, {**values, "t_tag_id": tag_id}, rowcount=True).rowcount)
        for tag_id in tag_ids
    )


def tag_naming(
    account_id: int, contacts: Bound, tag_ids: Sequence[int], job_id: int | None, at: datetime
) -> Pairs:
    """Do the same; return the new pairs."""
    insert = around(_tagging, contacts, is_sqlite(), True)
    values = {**contacts.values, **_added(account_id, job_id, at)}
    return [
        pair for tag_id in tag_ids for pair in _pairs(execute_built(insert, {**values, "t_tag_id": tag_id}))
    ]


@lru_cache(maxsize=64)
def _tagging(contacts: sa.Select[Any], on_sqlite: bool, is_naming: bool) -> Any:
    given = contacts.subquery("given")
    rows = sa.select(
        _value("account_id"), given.c[0], _value("tag_id"), _value("added_at"), _value("added_job_id")
    )
    return _insertion(rows, on_sqlite, is_naming)


def tag_each(account_id: int, rows: Bound, job_id: int | None, at: datetime) -> int:
    """Add to each contact of `rows` (contact_id, fields) the tags whose keys are in `fields.tags`; return how
    many pairs were new."""
    insert = around(_tagging_each, rows, is_sqlite(), False)
    values = {**rows.values, **_added(account_id, job_id, at)}
    return int(execute_built(insert, values, rowcount=True).rowcount)


def tag_each_naming(account_id: int, rows: Bound, job_id: int | None, at: datetime) -> Pairs:
    """Do the same; return the new pairs."""
    insert = around(_tagging_each, rows, is_sqlite(), True)
    return _pairs(execute_built(insert, {**rows.values, **_added(account_id, job_id, at)}))


@lru_cache(maxsize=64)
def _tagging_each(rows: sa.Select[Any], on_sqlite: bool, is_naming: bool) -> Any:
    given = rows.subquery("given")
    if on_sqlite:
        keys = sa.func.json_each(given.c.fields, "$.tags").table_valued("value", name="wanted")
    else:
        listed = sa.cast(given.c.fields, sa.JSON())["tags"]
        keys = sa.func.json_array_elements_text(listed).table_valued("value", name="wanted").render_derived()
    chosen = (
        sa.select(
            _value("account_id"), given.c.contact_id, _tags.c.id, _value("added_at"), _value("added_job_id")
        )
        .select_from(given)
        .join(keys, sa.true())
        .join(_tags, sa.and_(_tags.c.account_id == _value("account_id"), _tags.c.name_key == keys.c.value))
    )
    return _insertion(chosen, on_sqlite, is_naming)


def untag(account_id: int, contacts: sa.Select[Any], tag_ids: Sequence[int]) -> int:
    """Remove the tags from the contacts of a select; return how many pairs there were."""
    return _count(_untagging(account_id, contacts, tag_ids))


def untag_naming(account_id: int, contacts: sa.Select[Any], tag_ids: Sequence[int]) -> Pairs:
    """Do the same; return the pairs."""
    return _pairs(session().execute(_untagging(account_id, contacts, tag_ids).returning(*_PAIR)))


def _untagging(account_id: int, contacts: sa.Select[Any], tag_ids: Sequence[int]) -> Any:
    return sa.delete(_contact_tags).where(
        _contact_tags.c.account_id == account_id,
        _contact_tags.c.tag_id.in_(tag_ids),
        _contact_tags.c.contact_id.in_(contacts),
    )


def take_back(account_id: int, contacts: sa.Select[Any], job_id: int) -> int:
    """Remove the tags that the job added to the contacts; return how many pairs there were."""
    return _count(_taking_back(account_id, contacts, job_id))


def take_back_naming(account_id: int, contacts: sa.Select[Any], job_id: int) -> Pairs:
    """Do the same; return the pairs."""
    return _pairs(session().execute(_taking_back(account_id, contacts, job_id).returning(*_PAIR)))


def _taking_back(account_id: int, contacts: sa.Select[Any], job_id: int) -> Any:
    return sa.delete(_contact_tags).where(
        _contact_tags.c.account_id == account_id,
        _contact_tags.c.contact_id.in_(contacts),
        _contact_tags.c.added_job_id == job_id,
    )


def tagged(account_id: int, tag_id: int) -> sa.Select[Any]:
    """Select the ids of the contacts with a tag."""
    return sa.select(_contact_tags.c.contact_id).where(
        _contact_tags.c.account_id == account_id, _contact_tags.c.tag_id == tag_id
    )


def _added(account_id: int, job_id: int | None, at: datetime) -> dict[str, Any]:
    return {"t_account_id": account_id, "t_added_job_id": job_id, "t_added_at": at}


def _value(name: str) -> Any:
    return sa.bindparam(f"t_{name}", type_=_contact_tags.c[name].type)


def _insertion(rows: sa.Select[Any], on_sqlite: bool, is_naming: bool) -> Any:
    # SQLite needs the WHERE to tell the ON of the conflict from that of a join.
    insert = insert_into(_contact_tags, on_sqlite).from_select(_COLUMNS, rows.where(sa.true()))
    insert = insert.on_conflict_do_nothing()
    return insert.returning(*_PAIR) if is_naming else insert


def _pairs(result: Any) -> Pairs:
    return [(contact_id, tag_id) for contact_id, tag_id in result.all()]


def _count(statement: Any) -> int:
    options = {"synchronize_session": False, "preserve_rowcount": True}
    result: Any = session().execute(statement, execution_options=options)
    return int(result.rowcount)
