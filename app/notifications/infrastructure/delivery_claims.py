"""Claims of workers on deliveries: taken one at a time, settled once.

An account has one attempt of each kind at a time, so that a receiver that stalls holds up one worker at most.
The attempt is counted when it begins: an attempt that kills its worker does not repeat forever.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.notifications.domain.deliveries import MAX_ANSWER_LENGTH, Attempt, DeliveryStatus
from app.notifications.infrastructure import queries
from app.notifications.infrastructure.tables import OutgoingEmail, WebhookCall
from app.platform.claims.leases import Interval
from app.platform.database import session
from app.platform.settings import current

LEASE = Interval(60.0)

Table = type[OutgoingEmail] | type[WebhookCall]


def claim(table: Table, account_id: int, at: datetime) -> Any | None:
    """Claim the account's oldest delivery that is due and return its row; None if there is none, or while
    another attempt is running."""
    running: Any = sa.orm.aliased(table, name="running")
    due: Any = sa.orm.aliased(table, name="due")
    is_running = sa.exists().where(
        running.account_id == account_id,
        running.status == DeliveryStatus.WAITING,
        LEASE.runs(running.lease_until),
    )
    oldest = (
        sa.select(due.id)
        .where(due.account_id == account_id, due.status == DeliveryStatus.WAITING, _is_due(due), ~is_running)
        .order_by(due.id)
        .limit(1)
    )
    claimed = session().scalar(
        sa.update(table)
        .where(
            table.account_id == account_id,
            table.id == oldest.scalar_subquery(),
            table.status == DeliveryStatus.WAITING,
            LEASE.is_over(table.lease_until),
        )
        .values(attempt=table.attempt + 1, lease_until=LEASE.end, attempted_at=at)
        .returning(table.id),
        execution_options={"synchronize_session": False},
    )
    if claimed is None:
        return None
    query = sa.select(table).where(table.account_id == account_id, table.id == claimed)
    return session().scalar(query.execution_options(populate_existing=True))


def settle(
    table: Table, account_id: int, delivery_id: int, number: int, result: Attempt, wait: float | None
) -> bool:
    """Record the result of attempt `number`. After a failure, `wait` is the seconds until the next attempt,
    or None if it was the last. Return False if another worker has claimed the delivery since."""
    is_over = result.is_delivered or result.is_final or wait is None
    values: dict[str, Any] = {
        "status": DeliveryStatus.DELIVERED
        if result.is_delivered
        else DeliveryStatus.FAILED
        if is_over
        else DeliveryStatus.WAITING,
        "lease_until": None,
        "next_attempt_at": None if is_over else Interval(wait or 0.0).end,
        "answer": result.answer[:MAX_ANSWER_LENGTH],
    }
    if table is WebhookCall:
        values |= {"status_code": result.status_code, "milliseconds": result.milliseconds}
    changed = session().execute(
        sa.update(table)
        .where(
            table.account_id == account_id,
            table.id == delivery_id,
            table.attempt == number,
            table.status == DeliveryStatus.WAITING,
        )
        .values(values)
        .returning(table.id),
        execution_options={"synchronize_session": False},
    )
    return changed.scalar() is not None


def fail_waiting_calls(account_id: int, why: str) -> None:
    """Give up all webhook calls that wait."""
    session().execute(
        sa.update(WebhookCall)
        .where(WebhookCall.account_id == account_id, WebhookCall.status == DeliveryStatus.WAITING)
        .values(status=DeliveryStatus.FAILED, answer=why, lease_until=None, next_attempt_at=None),
        execution_options={"synchronize_session": False},
    )


def accounts_with_due(table: Table) -> Sequence[int]:
    """Return the accounts with a delivery that waits without a worker."""
    return queries.accounts_with_waiting(table, _is_due(table))


def _is_due(table: Any) -> sa.ColumnElement[bool]:
    longest = Interval(max(current().delivery_retry_seconds, default=0.0))
    return sa.and_(LEASE.is_over(table.lease_until), longest.is_over(table.next_attempt_at))
