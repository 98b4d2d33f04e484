"""Queries for waiting and abandoned work, mostly across all accounts, for the sweeper and the planner."""

from collections import defaultdict
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import (
    FINISHED,
    OPEN_BATCH,
    UNFINISHED,
    WITH_OPEN_BATCHES,
    BatchStatus,
    JobStatus,
)
from app.bulk_enrollment.domain.planning import PLANNABLE
from app.bulk_enrollment.infrastructure.conditions.plan_states import (
    is_open,
    is_ready,
    is_suspended,
    is_unwanted,
    is_waiting,
)
from app.bulk_enrollment.infrastructure.conditions.start_times import may_begin
from app.bulk_enrollment.infrastructure.relatives import is_needed
from app.bulk_enrollment.infrastructure.tables import NOT_OVER, EnrollmentBatch, EnrollmentJob
from app.platform.claims.leases import is_older, lease, longest_wait
from app.platform.database import AnySelect, session
from app.platform.database.short_reads import read_built
from app.workflows.infrastructure.tables import Workflow

_OPEN_BATCH = EnrollmentBatch.status.in_(OPEN_BATCH)
_UNFINISHED = [status.value for status in UNFINISHED]
# SQLite has no statistics, and uses a partial index only where its condition is part of the statement.
_NOT_OVER = sa.text(f"enrollment_jobs.{NOT_OVER.text}")


def _has_status(*statuses: str) -> sa.ColumnElement[bool]:
    """SQL condition: the job has one of the statuses, none of them final; uses the partial index."""
    return sa.and_(EnrollmentJob.status.in_(statuses), _NOT_OVER)


def has_unfinished_jobs() -> bool:
    """Return whether any job is not over, including dry runs: without one, nothing below finds anything."""
    return bool(read_built(_unfinished_jobs(), {}, cross_account=True))


@lru_cache
def _unfinished_jobs() -> sa.Select[int]:
    return sa.select(EnrollmentJob.__table__.c.id).where(_NOT_OVER).limit(sa.literal_column("1"))


def unplanned_jobs(seconds: float) -> list[tuple[int, int]]:
    """Return (account, job) of jobs that have waited `seconds` for a worker to plan or queue them."""
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(
            _has_status(*PLANNABLE),
            sa.or_(is_waiting(), sa.and_(is_ready(), EnrollmentJob.status != JobStatus.DRAFT)),
            is_older(EnrollmentJob.updated_at, seconds),
        )
    )


def others_wait_for_planning(account_id: int) -> bool:
    """Return whether a job of another account waits to be planned, with no worker on it; those of suspended
    accounts may wait."""
    query = (
        sa.select(EnrollmentJob.id)
        .where(EnrollmentJob.account_id != account_id, *_waits_for_planning(), ~is_suspended())
        .limit(1)
    )
    return session().scalar(query, execution_options={"cross_account": True}) is not None


def _waits_for_planning() -> tuple[sa.ColumnElement[bool], ...]:
    return (_has_status(*PLANNABLE), is_waiting())


def next_to_plan(account_id: int) -> int | None:
    """Return the id of the account's job that has waited longest for a planner, or None."""
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


def accounts_with_work(now: datetime) -> list[int]:
    """Return accounts, none suspended, with a batch that is due and not leased, except of jobs that are being
    canceled.

    Paused jobs are included: their workflow may have been activated since. So are jobs that wait for their
    next portion while their workflow is paused: they are to be paused, too.
    """
    is_to_be_paused = sa.exists().where(
        EnrollmentJob.kind == "enroll",
        Workflow.account_id == EnrollmentJob.account_id,
        Workflow.id == EnrollmentJob.workflow_id,
        Workflow.status == "paused",
    )
    may_be_due = sa.or_(
        may_begin(EnrollmentJob, now), EnrollmentJob.status == JobStatus.PAUSED, is_to_be_paused
    )
    ready = sa.and_(
        lease().is_over(EnrollmentBatch.lease_until),
        longest_wait().is_over(EnrollmentBatch.next_attempt_at),
    )
    query = (
        sa.select(EnrollmentJob.account_id)
        .join(EnrollmentBatch, EnrollmentBatch.job_id == EnrollmentJob.id)
        .where(
            _has_status(*_UNFINISHED),
            EnrollmentJob.status != JobStatus.CANCELLING,
            _OPEN_BATCH,
            ready,
            may_be_due,
            ~is_suspended(),
        )
        .distinct()
    )
    return list(session().scalars(query, execution_options={"cross_account": True}))


def jobs_without_open_batches() -> list[tuple[int, int]]:
    """Return (account, job) of queued, running, paused or canceling jobs without an open batch.

    Their worker died between settling the last batch and ending the job.
    """
    open_batch = sa.exists().where(EnrollmentBatch.job_id == EnrollmentJob.id, _OPEN_BATCH)
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(
            _has_status(*WITH_OPEN_BATCHES),
            ~open_batch,
        )
    )


def handed_over_batches(seconds: float) -> dict[int, list[int]]:
    """Return {account: batch ids} of batches whose task was queued `seconds` ago and has not begun."""
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        sa.select(EnrollmentBatch.account_id, EnrollmentBatch.id)
        .join(EnrollmentJob, EnrollmentJob.id == EnrollmentBatch.job_id)
        .where(
            _has_status(*_UNFINISHED),
            EnrollmentBatch.status == BatchStatus.PENDING,
            EnrollmentBatch.lease_until.isnot(None),
            is_older(EnrollmentBatch.handed_at, seconds),
        )
    )
    for account_id, batch_id in _pairs(query):
        found[account_id].append(batch_id)
    return found


def holders() -> set[str]:
    """Return the ids of tasks that, according to the database, plan a job or run a batch."""
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
            EnrollmentBatch.status == BatchStatus.PROCESSING,
            EnrollmentBatch.lease_until.isnot(None),
        )
    )
    found = session().scalars(planners.union(at_batches), execution_options={"cross_account": True})
    return {holder for holder in found if holder is not None}


def interrupted_deletions(seconds: float) -> list[tuple[int, int]]:
    """Return (account, job) of jobs whose rows are to be deleted but have not been touched for `seconds`."""
    is_left = sa.or_(EnrollmentJob.planned_rows > 0, EnrollmentJob.status == JobStatus.DISCARDED)
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(
            is_unwanted(), is_left, is_older(EnrollmentJob.updated_at, seconds)
        )
    )


def due_jobs(now: datetime) -> list[tuple[int, int]]:
    """Return (account, job) of scheduled jobs whose time has come; once it is reactivated, those of a
    suspended account."""
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id).where(
            _has_status(JobStatus.SCHEDULED), EnrollmentJob.not_before <= now, ~is_suspended()
        )
    )


def drafts_before(moment: datetime) -> list[tuple[int, int]]:
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id)
        .where(_has_status(JobStatus.DRAFT), EnrollmentJob.created_at < moment)
        .limit(50)
    )


def expired_jobs(before: datetime, limit: int) -> list[tuple[int, int]]:
    """Return (account, job) of the oldest jobs that finished before this moment and that no other job
    needs."""
    return _pairs(
        sa.select(EnrollmentJob.account_id, EnrollmentJob.id)
        .where(EnrollmentJob.status.in_(FINISHED), EnrollmentJob.finished_at < before, ~is_needed())
        .order_by(EnrollmentJob.id)
        .limit(limit)
    )


def _pairs(query: AnySelect) -> list[tuple[int, int]]:
    rows = session().execute(query, execution_options={"cross_account": True})
    return [(account_id, other) for account_id, other in rows]
