"""Reads and writes of bulk actions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import OPEN, BulkAction
from app.platform.database import session


def add(action: BulkAction) -> BulkAction:
    session().add(action)
    session().flush()
    return action


def action(account_id: int, action_id: int, *, locked: bool = False) -> BulkAction | None:
    """Return a bulk action; `locked` makes other transactions that want to change it wait."""
    query = sa.select(BulkAction).where(BulkAction.account_id == account_id, BulkAction.id == action_id)
    if locked:
        query = query.with_for_update()
    return session().scalar(query.execution_options(populate_existing=True))


def end_of_step(contacts: sa.Select[Any], after: int, size: int) -> int | None:
    """Return the `size`-th of the ids that follow `after`, or None if there are fewer."""
    [number] = contacts.selected_columns
    query = contacts.where(number > after).order_by(number).offset(size - 1).limit(1)
    found: int | None = session().scalar(query)
    return found


def advance(action: BulkAction, last_id: int, done: int, changed: int, at: datetime, is_over: bool) -> None:
    """Record a step; `is_over` says that it was the last one."""
    session().execute(
        sa.update(BulkAction)
        .where(BulkAction.account_id == action.account_id, BulkAction.id == action.id)
        .values(
            last_id=last_id,
            done=BulkAction.done + done,
            changed=BulkAction.changed + changed,
            updated_at=at,
            finished_at=at if is_over else None,
        )
        .execution_options(synchronize_session=False)
    )


def unfinished(account_id: int) -> Sequence[BulkAction]:
    """Return the account's bulk actions that are not over, oldest first."""
    query = sa.select(BulkAction).where(BulkAction.account_id == account_id, OPEN).order_by(BulkAction.id)
    return session().scalars(query).all()


def interrupted(before: datetime) -> list[tuple[int, int]]:
    """Return (account id, action id) of unfinished actions that have not advanced since then."""
    query = sa.select(BulkAction.account_id, BulkAction.id).where(OPEN, BulkAction.updated_at < before)
    return [(row[0], row[1]) for row in session().execute(query, execution_options={"cross_account": True})]
