"""The states of a job's plan as SQL conditions: what planning may do next, apart from the status that users
see."""

from typing import Any

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.planning import PLANNABLE
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.claims.leases import lease


def is_open(job: Any = EnrollmentJob) -> sa.ColumnElement[bool]:
    """SQL condition: the job is not fully planned; planning is waiting or under way."""
    return sa.and_(job.status.in_(PLANNABLE), job.planned_at.is_(None), job.failure.is_(None))


def is_waiting(job: Any = EnrollmentJob) -> sa.ColumnElement[bool]:
    return sa.and_(is_open(job), lease().is_over(job.lease_until))


def is_held(job: Any = EnrollmentJob) -> sa.ColumnElement[bool]:
    return sa.and_(is_open(job), lease().runs(job.lease_until))


def is_ready(job: Any = EnrollmentJob) -> sa.ColumnElement[bool]:
    return sa.and_(job.status.in_(PLANNABLE), job.planned_at.isnot(None), job.failure.is_(None))


def is_suspended(job: Any = EnrollmentJob) -> sa.ColumnElement[bool]:
    """SQL condition: the job's account is suspended."""
    return sa.exists().where(Account.id == job.account_id, Account.suspended_at.is_not(None))


def is_unwanted() -> sa.ColumnElement[bool]:
    """SQL condition: the job never runs, so its plan is to be deleted. Batches have never been created."""
    job = EnrollmentJob
    is_cancelled = sa.and_(job.status == JobStatus.CANCELLED, job.planned_at.is_(None))
    never_runs = sa.or_(job.status == JobStatus.DISCARDED, job.failure.isnot(None), is_cancelled)
    return sa.and_(never_runs, job.batches == 0)
