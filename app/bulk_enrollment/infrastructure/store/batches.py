"""Leases on batches that may start: granted by `dispatch`, released when no worker will run them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import OPEN_BATCH, RUNNING, WITH_OPEN_BATCHES, BatchStatus
from app.bulk_enrollment.infrastructure.conditions.start_times import may_begin
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform.claims.leases import lease, longest_wait, moment
from app.platform.database import session

_PLAIN = {"synchronize_session": False}
_RUNNING = [status.value for status in RUNNING]

# States of open batches, in the order in which a job's batches take their turns.
HELD, WAITING, PUT_OFF = 0, 1, 2


def grant(account_id: int, at_once: int, now: datetime) -> list[int]:
    """Lease the batches that may start now; return their ids in start order.

    Jobs that wait for their next portion or for a rate limit have none. At most `at_once` batches of the
    account are leased at any time. Jobs of the same priority take turns: the first batch of each before the
    second of any, counting batches that are running, so a small job does not wait for a large one to end. A
    batch whose lease has run out becomes pending again; its earlier worker can no longer settle it.
    """
    free = at_once - _under_way(account_id)
    chosen = _next_in_turn(account_id, free, now) if free > 0 else []
    if not chosen:
        return []
    granted = _leased(account_id, chosen)
    return sorted(granted, key=chosen.index)


def _next_in_turn(account_id: int, most: int, now: datetime) -> list[int]:
    """Return the ids of at most so many batches that may start now, in start order."""
    state = sa.case(
        (lease().runs(EnrollmentBatch.lease_until), HELD),
        (longest_wait().runs(EnrollmentBatch.next_attempt_at), PUT_OFF),
        else_=WAITING,
    )
    turn = sa.func.row_number().over(
        partition_by=EnrollmentBatch.job_id, order_by=(state, EnrollmentBatch.number)
    )
    opened = (
        sa.select(
            EnrollmentBatch.id,
            EnrollmentBatch.job_id,
            EnrollmentJob.priority,
            state.label("state"),
            turn.label("turn"),
        )
        .join(EnrollmentJob, EnrollmentJob.id == EnrollmentBatch.job_id)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.status.in_(_RUNNING),
            may_begin(EnrollmentJob, now),
            EnrollmentBatch.status.in_(OPEN_BATCH),
            is_released(),
        )
        .subquery()
    )
    order = (opened.c.priority.desc(), opened.c.turn, opened.c.job_id)
    waiting = sa.select(opened.c.id).where(opened.c.state == WAITING)
    return list(session().scalars(waiting.order_by(*order).limit(most)))


def _leased(account_id: int, batch_ids: Sequence[int]) -> Sequence[int]:
    """Lease those of the batches that nobody has by now; return their ids.

    The worker of an earlier batch may be completing one of them in its own transaction.
    """
    free_now = (
        sa.select(EnrollmentBatch.id)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.id.in_(batch_ids),
            EnrollmentBatch.status.in_(OPEN_BATCH),
            lease().is_over(EnrollmentBatch.lease_until),
        )
        .with_for_update(skip_locked=True)
    )
    return (
        session()
        .scalars(
            sa.update(EnrollmentBatch)
            .where(EnrollmentBatch.account_id == account_id, EnrollmentBatch.id.in_(free_now))
            .values(status=BatchStatus.PENDING, lease_until=lease().end, handed_at=moment())
            .returning(EnrollmentBatch.id),
            execution_options=_PLAIN,
        )
        .all()
    )


def is_released() -> sa.ColumnElement[bool]:
    """SQL condition: the batch does not wait for the canary of its job."""
    canary = EnrollmentJob.canary_rows
    return sa.or_(canary.is_(None), EnrollmentBatch.first_row <= canary)


def _under_way(account_id: int) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(EnrollmentBatch)
        .join(EnrollmentJob, EnrollmentJob.id == EnrollmentBatch.job_id)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.status.in_(WITH_OPEN_BATCHES),
            EnrollmentBatch.status.in_(OPEN_BATCH),
            lease().runs(EnrollmentBatch.lease_until),
        )
    )
    return session().scalar(query) or 0


def release(account_id: int, batch_ids: Sequence[int]) -> None:
    """Release the leases of batches whose task could not be queued."""
    session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.id.in_(batch_ids),
            EnrollmentBatch.status == BatchStatus.PENDING,
        )
        .values(lease_until=None),
        execution_options=_PLAIN,
    )


def take_from_gone(holders: Collection[str]) -> int:
    """End the leases of workers that no longer exist. Return the number of batches they were running."""
    taken = session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.holder.in_(holders),
            EnrollmentBatch.status == BatchStatus.PROCESSING,
            EnrollmentBatch.lease_until.isnot(None),
        )
        .values(lease_until=None)
        .returning(EnrollmentBatch.id),
        execution_options=_PLAIN | {"cross_account": True},
    )
    return len(taken.all())


def abandoned_while_cancelling(account_id: int, job_id: int) -> None:
    """Make batches of a job being canceled whose worker died pending again, so that they are skipped."""
    session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id == job_id,
            EnrollmentBatch.status == BatchStatus.PROCESSING,
            lease().is_over(EnrollmentBatch.lease_until),
        )
        .values(status=BatchStatus.PENDING, attempt=EnrollmentBatch.attempt + 1, lease_until=None),
        execution_options=_PLAIN,
    )
