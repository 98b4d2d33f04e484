"""Which batches may start: granted by the pump, given back when nobody will run them."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import RUNNING, JobStatus
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform.database import session
from app.platform.leases import lease, longest_wait, moment

_PLAIN = {"synchronize_session": False}
_RUNNING = [status.value for status in RUNNING]

# Open batches of a job in the order in which they take their turns.
HELD, WAITING, PUT_OFF = 0, 1, 2


def grant(account_id: int, at_once: int) -> list[int]:
    """Choose the batches that may start now and lease them; returns their ids in the order to start.

    At most `at_once` of the account run or wait in the queue. Jobs take turns: each one's first batch before
    anybody's second, those that run counted too, so a small job does not wait for the end of a large one.
    A batch whose worker fell silent is pending again: should that worker still live, it settles nothing.
    """
    free = at_once - _under_way(account_id)
    if free <= 0:
        return []
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
            EnrollmentBatch.status.in_(("pending", "processing")),
        )
        .subquery()
    )
    order = (opened.c.priority.desc(), opened.c.turn, opened.c.job_id)
    waiting = sa.select(opened.c.id).where(opened.c.state == WAITING)
    chosen = list(session().scalars(waiting.order_by(*order).limit(free)))
    if chosen:
        session().execute(
            sa.update(EnrollmentBatch)
            .where(EnrollmentBatch.account_id == account_id, EnrollmentBatch.id.in_(chosen))
            .values(status="pending", lease_until=lease().end, handed_at=moment()),
            execution_options=_PLAIN,
        )
    return chosen


def _under_way(account_id: int) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(EnrollmentBatch)
        .join(EnrollmentJob, EnrollmentJob.id == EnrollmentBatch.job_id)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.status.in_([*_RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING]),
            EnrollmentBatch.status.in_(("pending", "processing")),
            lease().runs(EnrollmentBatch.lease_until),
        )
    )
    return session().scalar(query) or 0


def release(account_id: int, batch_ids: Sequence[int]) -> None:
    """Give back leases whose task could not be sent."""
    session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.id.in_(batch_ids),
            EnrollmentBatch.status == "pending",
        )
        .values(lease_until=None),
        execution_options=_PLAIN,
    )


def take_from_gone(holders: Collection[str]) -> int:
    """End the leases of workers that are gone; returns how many batches they were at."""
    taken = session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.holder.in_(holders),
            EnrollmentBatch.status == "processing",
            EnrollmentBatch.lease_until.isnot(None),
        )
        .values(lease_until=None)
        .returning(EnrollmentBatch.id),
        execution_options=_PLAIN | {"cross_account": True},
    )
    return len(taken.all())


def abandoned_while_cancelling(account_id: int, job_id: int) -> None:
    """A batch whose worker died while the job is being cancelled was never done: it counts as not begun."""
    session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id == job_id,
            EnrollmentBatch.status == "processing",
            lease().is_over(EnrollmentBatch.lease_until),
        )
        .values(status="pending", attempt=EnrollmentBatch.attempt + 1, lease_until=None),
        execution_options=_PLAIN,
    )
