"""Reads of the templates that an account has deleted."""

from datetime import datetime
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.database import session


class DeletedRow(NamedTuple):
    """A deleted template in a list."""

    public_id: str
    name: str
    category: str
    deleted_at: datetime


def deleted(account_id: int, since: datetime, limit: int) -> list[DeletedRow]:
    """Return up to `limit` templates of the account that were deleted after `since`, the last first."""
    one = WorkflowTemplate
    query = sa.select(one.public_id, one.name, one.category, one.deleted_at).where(
        *_deleted(account_id, since)
    )
    rows = session().execute(query.order_by(one.deleted_at.desc(), one.id.desc()).limit(limit))
    return [DeletedRow(*cast(Any, row)) for row in rows]


def count_deleted(account_id: int, since: datetime) -> int:
    """Return the number of templates of the account that were deleted after `since`."""
    query = sa.select(sa.func.count()).select_from(WorkflowTemplate).where(*_deleted(account_id, since))
    return session().scalars(query).one()


def deleted_template(account_id: int, public_id: str, since: datetime) -> WorkflowTemplate | None:
    """Return a template of the account that was deleted after `since`."""
    query = sa.select(WorkflowTemplate).where(
        *_deleted(account_id, since), WorkflowTemplate.public_id == public_id
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def _deleted(account_id: int, since: datetime) -> tuple[Any, ...]:
    return WorkflowTemplate.account_id == account_id, WorkflowTemplate.deleted_at > since
