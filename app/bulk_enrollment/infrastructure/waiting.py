"""What waits, over all accounts: the only reads of this room that cross them, for the sweeper alone."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import UNFINISHED, JobStatus
from app.bulk_enrollment.domain.planning import PLANNABLE
from app.bulk_enrollment.infrastructure.plan_states import is_open, is_ready, is_waiting
from app.bulk_enrollment.infrastructure.tables import NOT_OVER, EnrollmentBatch, EnrollmentJob
from app.platform.database import session
from app.platform.leases import is_older, lease, longest_wait

_OPEN_BATCH = EnrollmentBatch.status.in_(("pending", "processing"))
_UNFINISHED = [status.value for status in UNFINISHED]
# SQLite uses a partial index only where it sees its condition, and has no statistics.
_NOT_OVER = sa.text(f"enrollment_jobs.{NOT_OVER.text}")


def _has_status(*statuses: str) -> sa.ColumnElement[bool]:
    """Jobs that are not over, with one of the statuses, by the index of those."""
    return sa.and_(EnrollmentJob.status.in_(statuses), _NOT_OVER)


def unplanned_jobs(seconds: float) -> list[tuple[int, int]]:
    """(account, job) of jobs that wait to be planned or queued for so long, and nobody is at it."""
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(
            _has_status(*PLANNABLE),
            sa.or_(is_waiting(), sa.and_(is_ready(), EnrollmentJob.status != JobStatus.DRAFT)),
            is_older(EnrollmentJob.updated_at, seconds),
        )
    )


def others_wait_for_planning(account_id: int) -> bool:
    """Whether a job of another account waits to be planned, and nobody is at it."""
    query = (
        sa.select(EnrollmentJob.id)
        .where(EnrollmentJob.account_id != account_id, *_waits_for_planning())
        .limit(1)
    )
    return session().scalar(query, execution_options={"cross_account": True}) is not None


def _waits_for_planning() -> tuple[sa.ColumnElement[bool], ...]:
    return (_has_status(*PLANNABLE), is_waiting())


def next_to_plan(account_id: int) -> int | None:
    """The account's job that has waited the longest to be planned, if nobody is at it."""
    query = (
        sa.select(EnrollmentJob.id)
        .where(EnrollmentJob.account_id == account_id, *_waits_for_planning())
        .order_by(EnrollmentJob.updated_at, EnrollmentJob.id)
        .limit(1)
    )
    return session().scalar(query)


def jobs_being_cancelled() -> list[tuple[int, int]]:
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(_has_status(JobStatus.CANCELLING))
    )


def accounts_with_work() -> list[int]:
    """Accounts that have a batch which nobody holds and whose time has come, or a paused job."""
    ready = sa.and_(
        lease().is_over(EnrollmentBatch.lease_until),
        longest_wait().is_over(EnrollmentBatch.next_attempt_at),
    )
    query = (
        sa.select(EnrollmentJob.account_id)
        .join(EnrollmentBatch, EnrollmentBatch.job_id == EnrollmentJob.id)
        .where(_has_status(*_UNFINISHED), EnrollmentJob.status != JobStatus.CANCELLING, _OPEN_BATCH, ready)
        .distinct()
    )
    return list(session().scalars(query, execution_options={"cross_account": True}))


def jobs_without_open_batches() -> list[tuple[int, int]]:
    """(account, job) whose last batch was settled by a worker that died before ending the job."""
    open_batch = sa.exists().where(EnrollmentBatch.job_id == EnrollmentJob.id, _OPEN_BATCH)
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(
            _has_status(JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.PAUSED, JobStatus.CANCELLING),
            ~open_batch,
        )
    )


def handed_over_batches(seconds: float) -> dict[int, list[int]]:
    """{account: batch ids} that wait for their task, handed to the queue so long ago."""
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        sa.select(EnrollmentBatch.account_id, EnrollmentBatch.id)
        .join(EnrollmentJob, EnrollmentJob.id == EnrollmentBatch.job_id)
        .where(
            _has_status(*_UNFINISHED),
            EnrollmentBatch.status == "pending",
            EnrollmentBatch.lease_until.isnot(None),
            is_older(EnrollmentBatch.handed_at, seconds),
        )
    )
    for account_id, batch_id in _pairs(query):
        found[account_id].append(batch_id)
    return found


def holders() -> set[str]:
    """The tasks that plan a job or do a batch, as far as the database knows."""
    planners = sa.select(EnrollmentJob.holder).where(
        _has_status(*PLANNABLE),
        is_open(),
        EnrollmentJob.lease_until.isnot(None),
    )
    at_batches = (
        sa.select(EnrollmentBatch.holder)
        .join(EnrollmentJob, EnrollmentJob.id == EnrollmentBatch.job_id)
        .where(
            _has_status(*_UNFINISHED),
            EnrollmentBatch.status == "processing",
            EnrollmentBatch.lease_until.isnot(None),
        )
    )
    found = session().scalars(planners.union(at_batches), execution_options={"cross_account": True})
    return {holder for holder in found if holder is not None}


def drafts_before(moment: datetime) -> list[tuple[int, int]]:
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id)
        .where(_has_status(JobStatus.DRAFT), EnrollmentJob.created_at < moment)
        .limit(50)
    )


def _pairs(query: sa.Select[Any]) -> list[tuple[int, int]]:
    rows = session().execute(query, execution_options={"cross_account": True})
    return [(account_id, other) for account_id, other in rows]
