"""Writing jobs."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import UNFINISHED, JobStatus, states_before
from app.bulk_enrollment.infrastructure.tables import (
    EnrollmentBatch,
    EnrollmentJob,
    EnrollmentRow,
    WithheldKey,
)
from app.platform.database import session
from app.platform.leases import lease

PLANNABLE = (JobStatus.DRAFT, JobStatus.PENDING, JobStatus.VALIDATING)


class PlanningClaim(NamedTuple):
    """A job's planning in a worker's hands: `planned_rows` are in the ledger already, put there by earlier
    attempts; the last `idle_attempts`, this one included, have added none yet."""

    attempt: int
    planned_rows: int
    idle_attempts: int


def add(job: EnrollmentJob) -> EnrollmentJob:
    session().add(job)
    session().flush()
    return job


def move(
    account_id: int, job_id: int, to: JobStatus, *, only_from: JobStatus | None = None, **values: Any
) -> bool:
    """Change a job's state if it is in one that may become `to`. Returns whether this call did it."""
    before = [only_from.value] if only_from else states_before(to)
    return _update(account_id, job_id, [EnrollmentJob.status.in_(before)], {"status": to.value, **values})


def change(account_id: int, job_id: int, **values: Any) -> bool:
    return _update(account_id, job_id, [], values)


def status_of(account_id: int, job_id: int) -> str | None:
    """As it is now; None once it has been discarded."""
    return session().scalar(
        sa.select(EnrollmentJob.status).where(
            EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id
        )
    )


def dry_runs_of(account_id: int) -> list[EnrollmentJob]:
    """The account's open dry runs, the oldest first."""
    query = (
        sa.select(EnrollmentJob)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.status == JobStatus.DRAFT)
        .order_by(EnrollmentJob.id)
    )
    return list(session().scalars(query))


def count_unfinished(account_id: int) -> int:
    query = sa.select(sa.func.count()).where(
        EnrollmentJob.account_id == account_id,
        EnrollmentJob.status.in_([status.value for status in UNFINISHED]),
    )
    return session().scalar(query) or 0


def claim_planning(account_id: int, job_id: int, holder: str | None) -> PlanningClaim | None:
    """Take the planning of a job that is not planned and that nobody plans just now."""
    values = {
        "attempt": EnrollmentJob.attempt + 1,
        "idle_attempts": EnrollmentJob.idle_attempts + 1,
        "lease_until": lease().end,
        "holder": holder,
        "status": sa.case(
            (EnrollmentJob.status == JobStatus.PENDING, JobStatus.VALIDATING), else_=EnrollmentJob.status
        ),
    }
    claimed = (
        session()
        .execute(
            sa.update(EnrollmentJob)
            .where(
                EnrollmentJob.account_id == account_id,
                EnrollmentJob.id == job_id,
                EnrollmentJob.status.in_(PLANNABLE),
                EnrollmentJob.planned_at.is_(None),
                lease().is_over(EnrollmentJob.lease_until),
                ~_another_is_planned(account_id, job_id),
            )
            .values(values)
            .returning(EnrollmentJob.attempt, EnrollmentJob.planned_rows, EnrollmentJob.idle_attempts),
            execution_options={"synchronize_session": False},
        )
        .first()
    )
    return PlanningClaim(*claimed) if claimed else None


def _another_is_planned(account_id: int, job_id: int) -> sa.ColumnElement[bool]:
    """Whether somebody plans another job of the account: of all workers an account gets one at a time."""
    other = sa.orm.aliased(EnrollmentJob, name="other")
    return sa.exists().where(
        other.account_id == account_id,
        other.id != job_id,
        other.status.in_(PLANNABLE),
        other.planned_at.is_(None),
        other.lease_until.isnot(None),
        ~lease().is_over(other.lease_until),
    )


def hold_planning(account_id: int, job_id: int, attempt: int, rows: int) -> bool:
    """Keep the planning and note how far it is once this transaction is written. False when the job was
    cancelled or given to another."""
    return _update(
        account_id,
        job_id,
        [
            EnrollmentJob.attempt == attempt,
            EnrollmentJob.status.in_(PLANNABLE),
            EnrollmentJob.planned_at.is_(None),
        ],
        {"lease_until": lease().end, "planned_rows": rows, "idle_attempts": 0},
    )


def let_go_planning(account_id: int, job_id: int, attempt: int) -> bool:
    """Leave the rest of a plan to whoever claims it next."""
    mine = [EnrollmentJob.attempt == attempt, EnrollmentJob.planned_at.is_(None)]
    return _update(account_id, job_id, mine, {"lease_until": None, "idle_attempts": 0})


def take_from_gone(holders: Collection[str]) -> list[tuple[int, int]]:
    """End the leases of planners that are gone; returns (account, job) of what they were at."""
    taken = session().execute(
        sa.update(EnrollmentJob)
        .where(
            EnrollmentJob.holder.in_(holders),
            EnrollmentJob.status.in_(PLANNABLE),
            EnrollmentJob.planned_at.is_(None),
            EnrollmentJob.lease_until.isnot(None),
        )
        .values(lease_until=None)
        .returning(EnrollmentJob.account_id, EnrollmentJob.id),
        execution_options={"synchronize_session": False, "cross_account": True},
    )
    return [(account_id, job_id) for account_id, job_id in taken]


def hold_planned(account_id: int, job_id: int) -> bool:
    """Until the transaction ends, nobody else cancels or queues this job, which is started and planned."""
    return _update(
        account_id,
        job_id,
        [
            EnrollmentJob.status.in_((JobStatus.PENDING, JobStatus.VALIDATING)),
            EnrollmentJob.planned_at.isnot(None),
        ],
        {"status": JobStatus.VALIDATING.value},
    )


def finish(
    account_id: int,
    job_id: int,
    before: JobStatus,
    to: JobStatus,
    now: datetime,
    totals: dict[str, int],
) -> bool:
    """End a job that has no open batch. Exactly one of several callers gets True."""
    open_batches = sa.exists().where(
        EnrollmentBatch.account_id == account_id,
        EnrollmentBatch.job_id == job_id,
        EnrollmentBatch.status.in_(("pending", "processing")),
    )
    return _update(
        account_id,
        job_id,
        [EnrollmentJob.status == before, ~open_batches],
        {"status": to.value, "finished_at": now, "totals": totals},
    )


def discard(account_id: int, job_id: int) -> None:
    """Remove a draft with all its rows; one that is started at this moment keeps them."""
    discarded = session().execute(
        sa.delete(EnrollmentJob)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.id == job_id,
            EnrollmentJob.status == JobStatus.DRAFT,
        )
        .returning(EnrollmentJob.id),
        execution_options={"synchronize_session": False},
    )
    if discarded.scalar() is not None:
        discard_rows(account_id, job_id)


def discard_rows(account_id: int, job_id: int) -> None:
    for table in (EnrollmentRow, EnrollmentBatch, WithheldKey):
        session().execute(
            sa.delete(table).where(table.account_id == account_id, table.job_id == job_id),
            execution_options={"synchronize_session": False},
        )


def _update(account_id: int, job_id: int, conditions: list[Any], values: dict[str, Any]) -> bool:
    changed = session().execute(
        sa.update(EnrollmentJob)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id, *conditions)
        .values(values)
        .returning(EnrollmentJob.id),
        execution_options={"synchronize_session": False},
    )
    return changed.scalar() is not None
