"""Counts of the people enrolled under a drip or a rate limit.

They are read and written in the transaction that enrolls, behind a lock that ends with it, so that no two
workers use the same allowance and a rollback uses none.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import RUNNING, BatchStatus
from app.bulk_enrollment.domain.timing.rates import Enrolled
from app.bulk_enrollment.infrastructure.conditions.start_times import may_begin
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob, LimitedEnrollment
from app.platform.database import is_sqlite, session
from app.platform.text.pace import Drip, Portion

# Keys of advisory locks: of all accounts together, and the base of those of single accounts.
SHARED_LOCK, ACCOUNT_LOCKS = 7_301_442_200, 7_301_500_000_000
_PLAIN = {"synchronize_session": False}


def lock(account_id: int, is_shared: bool) -> None:
    """Let one transaction at a time count the account's enrollments, or those of all accounts, until it ends.

    SQLite has one writer anyway.
    """
    if is_sqlite():
        return
    keys = [ACCOUNT_LOCKS + account_id] + ([SHARED_LOCK] if is_shared else [])
    for key in keys:
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def enrolled_since(account_id: int, moment: datetime, is_shared: bool) -> list[Enrolled]:
    """Return who was enrolled after a moment in the account, or in all accounts together."""
    query = sa.select(LimitedEnrollment.at, LimitedEnrollment.people).where(LimitedEnrollment.at > moment)
    if not is_shared:
        query = query.where(LimitedEnrollment.account_id == account_id)
    found = session().execute(query, execution_options={"cross_account": is_shared})
    return [Enrolled(at, people) for at, people in found]


def jobs_at_work(account_id: int, now: datetime, is_shared: bool) -> int:
    """Count the running jobs with an open batch that may begin now, of the account or of all accounts."""
    has_batch = sa.exists().where(
        EnrollmentBatch.account_id == EnrollmentJob.account_id,
        EnrollmentBatch.job_id == EnrollmentJob.id,
        EnrollmentBatch.status.in_((BatchStatus.PENDING, BatchStatus.PROCESSING)),
    )
    query = sa.select(sa.func.count()).where(
        EnrollmentJob.status.in_([status.value for status in RUNNING]),
        EnrollmentJob.kind == "enroll",
        may_begin(EnrollmentJob, now),
        has_batch,
    )
    if not is_shared:
        query = query.where(EnrollmentJob.account_id == account_id)
    return session().scalar(query, execution_options={"cross_account": is_shared}) or 0


def record(account_id: int, at: datetime, people: int) -> None:
    """Record people whom the current transaction enrolls."""
    session().execute(
        sa.insert(LimitedEnrollment.__table__), {"account_id": account_id, "at": at, "people": people}
    )


def forget_before(moment: datetime) -> None:
    """Delete the records of all accounts that no limit counts any more."""
    session().execute(
        sa.delete(LimitedEnrollment).where(LimitedEnrollment.at < moment),
        execution_options=_PLAIN | {"cross_account": True},
    )


class LockedPace(NamedTuple):
    """A job's drip, its latest portion, and how often its pace has been changed."""

    drip: Drip | None
    portion: Portion
    changes: int


def lock_pace(account_id: int, job_id: int) -> LockedPace:
    """Return the pace of a job, locked until the transaction ends."""
    query = (
        sa.select(
            EnrollmentJob.options,
            EnrollmentJob.portion_at,
            EnrollmentJob.portion_people,
            EnrollmentJob.pace_changes,
        )
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
        .with_for_update()
    )
    options, at, taken, changes = session().execute(query).one()
    return LockedPace(options.drip, Portion(at, taken), changes)


def save_portion(account_id: int, job_id: int, portion: Portion) -> None:
    session().execute(
        sa.update(EnrollmentJob)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
        .values(portion_at=portion.at, portion_people=portion.taken),
        execution_options=_PLAIN,
    )
