"""Claims of workers on the planning of a job: taken, renewed with each chunk, released."""

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.planning import SMALL_JOB
from app.bulk_enrollment.infrastructure.conditions.plan_states import is_held, is_open, is_ready, is_waiting
from app.bulk_enrollment.infrastructure.store.jobs import update_if
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.claims.leases import lease
from app.platform.database import session


class PlanningClaim(NamedTuple):
    """A worker's claim on the planning of a job.

    `planned_rows` rows are in the ledger already, from earlier attempts. `idle_attempts` is the number of
    consecutive attempts without progress, this one included.
    """

    attempt: int
    planned_rows: int
    idle_attempts: int


def claim(account_id: int, job_id: int, holder: str | None) -> PlanningClaim | None:
    """Claim the planning of a job.

    Return None if it is planned or failed, or if a worker is planning it, or another job of the account
    unless this one is small.
    """
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
                sa.or_(EnrollmentJob.total.between(1, SMALL_JOB), ~_another_is_planned(account_id, job_id)),
            )
            .values(values)
            .returning(EnrollmentJob.attempt, EnrollmentJob.planned_rows, EnrollmentJob.idle_attempts),
            execution_options={"synchronize_session": False},
        )
        .first()
    )
    return PlanningClaim(*claimed) if claimed else None


def _another_is_planned(account_id: int, job_id: int) -> sa.ColumnElement[bool]:
    """SQL condition: another job of the account is being planned. Large ones take turns."""
    other = sa.orm.aliased(EnrollmentJob, name="other")
    return sa.exists().where(
        other.account_id == account_id,
        other.id != job_id,
        is_held(other),
    )


def hold(account_id: int, job_id: int, attempt: int, rows: int | None = None) -> bool:
    """Renew the claim and record `rows` planned rows, unless None.

    Return False if the job was canceled or another worker has claimed its planning.
    """
    mine = [EnrollmentJob.attempt == attempt, is_open()]
    planned = {} if rows is None else {"planned_rows": rows}
    return update_if(account_id, job_id, mine, {"lease_until": lease().end, "idle_attempts": 0, **planned})


def let_go(account_id: int, job_id: int, attempt: int) -> bool:
    """Release the claim, so that another worker can go on. Return False if it was no longer held."""
    mine = [EnrollmentJob.attempt == attempt, is_open()]
    return update_if(account_id, job_id, mine, {"lease_until": None, "idle_attempts": 0})


def take_from_gone(holders: Collection[str]) -> list[tuple[int, int]]:
    """End the leases of planners that no longer exist. Return (account, job) of their jobs."""
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
    """Return whether the job is started and planned, and has not been split into batches yet."""
    query = sa.select(EnrollmentJob.id).where(
        EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id, *_waits_to_be_cut()
    )
    return session().scalar(query) is not None


def hold_planned(account_id: int, job_id: int) -> bool:
    """Lock a started and planned job until the transaction ends, against canceling and queuing.

    Return False if the job is not in that state.
    """
    return update_if(account_id, job_id, _waits_to_be_cut(), {"status": JobStatus.VALIDATING.value})


def _waits_to_be_cut() -> list[Any]:
    return [is_ready(), EnrollmentJob.status != JobStatus.DRAFT]


def fail_draft(account_id: int, job_id: int, attempt: int, sentence: str) -> bool:
    """Record why a dry run cannot be planned. Return False if the job is not a draft or is claimed anew."""
    return update_if(
        account_id,
        job_id,
        [EnrollmentJob.attempt == attempt, EnrollmentJob.status == JobStatus.DRAFT, is_open()],
        {"failure": sentence, "lease_until": None},
    )
