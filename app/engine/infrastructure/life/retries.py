"""Retries of failed enrollments that are not finished."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.engine.infrastructure.failed import Which
from app.engine.infrastructure.life.tables import PendingRetry
from app.platform.database import session
from app.platform.database.many_rows import constant
from app.platform.database.upserts import insert_into
from app.workflows.domain import Status
from app.workflows.infrastructure.tables import Workflow

_pending = PendingRetry.__table__
_KEY = ("workflow_id", "step_id", "reason")


def remember(account_id: int, workflow_id: int, which: Which, at: datetime) -> None:
    """Note that those who had failed by a moment are to go on."""
    values = {"account_id": account_id, **_key(workflow_id, which), "asked_at": at}
    insert = insert_into(_pending).values(values)
    session().execute(
        insert.on_conflict_do_update(index_elements=["account_id", *_KEY], set_={"asked_at": at})
    )


def lock(account_id: int, workflow_id: int, which: Which) -> datetime | None:
    """Return when somebody asked for a retry, locked until the transaction ends; None if it is finished, or
    another task is at it."""
    query = sa.select(_pending.c.asked_at).where(*_is(account_id, workflow_id, which))
    return session().scalar(query.with_for_update(skip_locked=True))


def remove(account_id: int, workflow_id: int, which: Which) -> None:
    session().execute(sa.delete(_pending).where(*_is(account_id, workflow_id, which)))


def unfinished() -> list[tuple[Any, ...]]:
    """Return (account id, workflow id, step id, reason) of all accounts’ retries, except those of paused
    workflows."""
    one, workflow = _pending.c, Workflow.__table__.c
    is_paused = sa.exists().where(
        workflow.id == one.workflow_id, workflow.status == constant(Status.PAUSED.value)
    )
    query = sa.select(one.account_id, *(one[name] for name in _KEY)).where(~is_paused)
    found = session().execute(query, execution_options={"cross_account": True})
    return [tuple(row) for row in found]


def _key(workflow_id: int, which: Which) -> dict[str, Any]:
    """Empty texts stand for any step and reason."""
    return {"workflow_id": workflow_id, "step_id": which.step_id or "", "reason": which.reason or ""}


def _is(account_id: int, workflow_id: int, which: Which) -> list[sa.ColumnElement[bool]]:
    key = _key(workflow_id, which)
    return [_pending.c.account_id == account_id, *(_pending.c[name] == value for name, value in key.items())]
