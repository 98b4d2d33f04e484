"""The planning of a job in one worker's hands: claimed, held chunk by chunk, let go, given to the batches."""

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.infrastructure.plan_states import is_held, is_open, is_ready, is_waiting
from app.bulk_enrollment.infrastructure.store.jobs import update_if
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.database import session
from app.platform.leases import lease


class PlanningClaim(NamedTuple):
    """A job's planning in a worker's hands: `planned_rows` are in the ledger already, put there by earlier
    attempts; the last `idle_attempts`, this one included, have added none yet."""

    attempt: int
    planned_rows: int
    idle_attempts: int


def claim(account_id: int, job_id: int, holder: str | None) -> PlanningClaim | None:
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
                is_waiting(),
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
        is_held(other),
    )


def hold(account_id: int, job_id: int, attempt: int, rows: int) -> bool:
    """Keep the planning and note how far it is once this transaction is written. False when the job was
    cancelled or given to another."""
    return update_if(
        account_id,
        job_id,
        [EnrollmentJob.attempt == attempt, is_open()],
        {"lease_until": lease().end, "planned_rows": rows, "idle_attempts": 0},
    )


def let_go(account_id: int, job_id: int, attempt: int) -> bool:
    """Leave the rest of a plan to whoever claims it next."""
    mine = [EnrollmentJob.attempt == attempt, is_open()]
    return update_if(account_id, job_id, mine, {"lease_until": None, "idle_attempts": 0})


def take_from_gone(holders: Collection[str]) -> list[tuple[int, int]]:
    """End the leases of planners that are gone; returns (account, job) of what they were at."""
    taken = session().execute(
        sa.update(EnrollmentJob)
        .where(
            EnrollmentJob.holder.in_(holders),
            is_open(),
            EnrollmentJob.lease_until.isnot(None),
        )
        .values(lease_until=None)
        .returning(EnrollmentJob.account_id, EnrollmentJob.id),
        execution_options={"synchronize_session": False, "cross_account": True},
    )
    return [(account_id, job_id) for account_id, job_id in taken]


def is_to_be_cut(account_id: int, job_id: int) -> bool:
    """Whether the job is started and planned, and has no batches yet."""
    query = sa.select(EnrollmentJob.id).where(
        EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id, *_waits_to_be_cut()
    )
    return session().scalar(query) is not None


def hold_planned(account_id: int, job_id: int) -> bool:
    """Until the transaction ends, nobody else cancels or queues this job, which is started and planned."""
    return update_if(account_id, job_id, _waits_to_be_cut(), {"status": JobStatus.VALIDATING.value})


def _waits_to_be_cut() -> list[Any]:
    return [is_ready(), EnrollmentJob.status != JobStatus.DRAFT]


def fail_draft(account_id: int, job_id: int, attempt: int, sentence: str) -> bool:
    """Keep why a dry run cannot be planned; it stays hidden, and is deleted like any other."""
    return update_if(
        account_id,
        job_id,
        [EnrollmentJob.attempt == attempt, EnrollmentJob.status == JobStatus.DRAFT, is_open()],
        {"failure": sentence, "lease_until": None, "planned_rows": 0},
    )
