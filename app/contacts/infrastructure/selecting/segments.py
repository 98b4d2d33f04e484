"""Reads and writes of segments and of the columns of the contact list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import ListColumns, Segment
from app.platform.database import session
from app.platform.database.upserts import insert_into


def segments(account_id: int, limit: int | None = None) -> Sequence[Segment]:
    """Return the account's segments by name."""
    query = sa.select(Segment).where(Segment.account_id == account_id).order_by(Segment.name_key).limit(limit)
    return session().scalars(query, execution_options={"populate_existing": True}).all()


def segment(account_id: int, segment_id: int) -> Segment | None:
    return session().scalar(
        sa.select(Segment)
        .where(Segment.account_id == account_id, Segment.id == segment_id)
        .execution_options(populate_existing=True)
    )


def count_segments(account_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(Segment).where(Segment.account_id == account_id)
    return session().scalar(query) or 0


def has_name(account_id: int, key: str, besides: int | None) -> bool:
    """Return whether a segment other than `besides` has the name key."""
    query = sa.select(Segment.id).where(Segment.account_id == account_id, Segment.name_key == key)
    return session().scalar(query.where(Segment.id != (besides or 0))) is not None


def add(values: Mapping[str, Any]) -> int | None:
    """Insert a segment; return its id, or None if the name is taken."""
    statement = insert_into(Segment).values(**values).on_conflict_do_nothing().returning(Segment.id)
    found: int | None = session().execute(statement).scalar_one_or_none()
    return found


def change(account_id: int, segment_id: int, values: Mapping[str, Any], at: datetime) -> None:
    session().execute(
        sa.update(Segment)
        .where(Segment.account_id == account_id, Segment.id == segment_id)
        .values(**values, updated_at=at)
        .execution_options(synchronize_session=False)
    )


def delete(account_id: int, segment_id: int) -> None:
    session().execute(
        sa.delete(Segment)
        .where(Segment.account_id == account_id, Segment.id == segment_id)
        .execution_options(synchronize_session=False)
    )


def columns_of(account_id: int, user_id: int) -> list[str] | None:
    """Return the columns that a user has chosen, or None."""
    return session().scalar(
        sa.select(ListColumns.columns).where(
            ListColumns.account_id == account_id, ListColumns.user_id == user_id
        )
    )


def set_columns(account_id: int, user_id: int, columns: Sequence[str]) -> None:
    row = {"account_id": account_id, "user_id": user_id, "columns": list(columns)}
    statement = insert_into(ListColumns).values(row)
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "user_id"], set_={"columns": row["columns"]}
        )
    )


def rename_column(account_id: int, before: str, after: str) -> None:
    """Replace a column that users have chosen by another, in the account."""
    query = sa.select(ListColumns.user_id, ListColumns.columns).where(ListColumns.account_id == account_id)
    for user_id, columns in session().execute(query).all():
        if before in columns:
            chosen = dict.fromkeys(after if one == before else one for one in columns)
            set_columns(account_id, user_id, list(chosen))
