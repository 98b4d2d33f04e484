"""Claims of workers on batches: taken, settled once, or put back.

Updates require the attempt and the first row of the claim, so a worker that lost its lease cannot change the
batch, nor can one whose rows another worker has settled as a part of the batch.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Self

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import RUNNING, BatchStatus, JobStatus
from app.bulk_enrollment.infrastructure.conditions.start_times import may_begin
from app.bulk_enrollment.infrastructure.store.batches import is_released
from app.bulk_enrollment.infrastructure.tables import OPEN, EnrollmentBatch, EnrollmentJob
from app.platform.claims.leases import Interval, lease, longest_wait, moment
from app.platform.database import session
from app.platform.database.many_rows import execute_built, id_param, moment_param
from app.workflows.infrastructure.tables import Workflow

_PLAIN = {"synchronize_session": False}
_RUNNING = [status.value for status in RUNNING]
_jobs, _batches = EnrollmentJob.__table__, EnrollmentBatch.__table__
CLAIMED = (
    EnrollmentBatch.id,
    EnrollmentBatch.job_id,
    EnrollmentBatch.number,
    EnrollmentBatch.first_row,
    EnrollmentBatch.last_row,
    EnrollmentBatch.attempt,
    EnrollmentBatch.expected,
    EnrollmentBatch.newcomers,
    EnrollmentBatch.outcomes,
    EnrollmentBatch.next_row,
)


WRITTEN = ("created", "updated")  # columns that parts of a batch add to


class Claim(NamedTuple):
    """A worker's claim on a batch, or on the rows of it that are not settled.

    `expected` is the planned {outcome name: rows} of these rows, `newcomers` the number of them that create a
    contact; `outcomes` is the {outcome name: rows} of the batch's settled rows.
    """

    batch_id: int
    job_id: int
    number: int
    first_row: int
    last_row: int
    attempt: int
    expected: dict[str, int]
    newcomers: int
    outcomes: dict[str, int]

    @classmethod
    def of(cls, batch: Any) -> Self:
        """Return the claim on a batch, given its columns CLAIMED."""
        *known, next_row = batch
        claim = cls(*known)
        return claim if next_row is None else claim._replace(first_row=next_row)


def claim(account_id: int, batch_id: int, now: datetime, holder: str | None) -> Claim | None:
    """Claim a batch of a running job. Return None if it is taken, settled, or not due yet."""
    running = sa.exists().where(
        EnrollmentJob.account_id == account_id,
        EnrollmentJob.id == EnrollmentBatch.job_id,
        EnrollmentJob.status.in_(_RUNNING),
        is_released(),
    )
    claimed = (
        session()
        .execute(
            sa.update(EnrollmentBatch)
            .where(
                EnrollmentBatch.account_id == account_id,
                EnrollmentBatch.id == batch_id,
                running,
                sa.or_(
                    sa.and_(
                        EnrollmentBatch.status == BatchStatus.PENDING,
                        longest_wait().is_over(EnrollmentBatch.next_attempt_at),
                    ),
                    sa.and_(
                        EnrollmentBatch.status == BatchStatus.PROCESSING,
                        lease().is_over(EnrollmentBatch.lease_until),
                    ),
                ),
            )
            .values(
                status=BatchStatus.PROCESSING,
                attempt=EnrollmentBatch.attempt + 1,
                lease_until=lease().end,
                holder=holder,
                started_at=sa.func.coalesce(EnrollmentBatch.started_at, now),
            )
            .returning(*CLAIMED),
            execution_options=_PLAIN,
        )
        .first()
    )
    if claimed is None:
        return None
    session().execute(
        sa.update(EnrollmentJob)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.id == claimed.job_id,
            EnrollmentJob.status == JobStatus.QUEUED,
        )
        .values(status=JobStatus.PROCESSING, started_at=sa.func.coalesce(EnrollmentJob.started_at, now)),
        execution_options=_PLAIN,
    )
    return Claim.of(claimed)


def claim_next(
    account_id: int, job_id: int, now: datetime, holder: str | None, together: int = 1, pace_changes: int = 0
) -> Claim | None:
    """Claim the job's next pending batch, in the transaction that settles another of its batches.

    Groups of `together` batches are begun at their first one, so that workers do not get in each other's way.

    Return None if `dispatch` must decide what comes next: the job is no longer processing, its pace has been
    changed more than `pace_changes` times, its workflow is paused, another job of the account has a waiting
    batch, or this job has none. The account's limit need not be checked, because the number of its running
    batches does not grow. The batch may be one whose task is queued; that task will find it claimed.
    """
    values = {
        "of_account": account_id,
        "of_job": job_id,
        "at": now,
        "task": holder,
        "together": together,
        "pace": pace_changes,
    }
    claimed = execute_built(_next_claim(lease(), longest_wait()), values).first()
    return Claim.of(claimed) if claimed else None


OF_ACCOUNT, OF_JOB = id_param("of_account"), id_param("of_job")
AT = moment_param("at")
_PACE = sa.bindparam("pace", type_=sa.Integer())


def is_due(batch: sa.Alias, wait: Interval) -> sa.ColumnElement[bool]:
    return sa.and_(
        batch.c.account_id == OF_ACCOUNT,
        sa.text(f"{batch.name}.{OPEN.text}"),  # repeats the condition of the partial index
        batch.c.status == BatchStatus.PENDING,
        wait.is_over(batch.c.next_attempt_at),
    )


def job_may_go_on(lease: Interval, wait: Interval) -> sa.ColumnElement[bool]:
    """SQL condition: the job is processing without a canary at the pace that its worker knows, and the worker
    need not make way."""
    mine, other, theirs = _jobs.alias("mine"), _jobs.alias("other"), _batches.alias("theirs")
    is_paused = sa.exists().where(
        Workflow.account_id == OF_ACCOUNT,
        Workflow.id == mine.c.workflow_id,
        Workflow.status == "paused",
        mine.c.kind == "enroll",  # an undo does not wait for the workflow
    )
    is_processing = sa.exists().where(
        mine.c.account_id == OF_ACCOUNT,
        mine.c.id == OF_JOB,
        mine.c.status == JobStatus.PROCESSING.value,
        may_begin(mine.c, AT),
        mine.c.pace_changes == _PACE,
        mine.c.canary_rows.is_(None),
        ~is_paused,
    )
    others_wait = sa.exists().where(
        other.c.account_id == OF_ACCOUNT,
        other.c.id != OF_JOB,
        other.c.status.in_(_RUNNING),
        may_begin(other.c, AT),
        theirs.c.job_id == other.c.id,
        is_due(theirs, wait),
        lease.is_over(theirs.c.lease_until),
    )
    return sa.and_(is_processing, ~others_wait)


@lru_cache
def _next_claim(lease: Interval, wait: Interval) -> sa.Update:
    first = _batches.alias("first_one")
    place_in_group = (first.c.number - 1) % sa.bindparam("together", type_=sa.Integer())
    number = (
        sa.select(first.c.id)
        .where(first.c.job_id == OF_JOB, is_due(first, wait))
        .order_by(place_in_group != 0, first.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        sa.update(_batches)
        .where(_batches.c.account_id == OF_ACCOUNT, _batches.c.id == number, job_may_go_on(lease, wait))
        .values(
            status=BatchStatus.PROCESSING,
            attempt=_batches.c.attempt + 1,
            lease_until=lease.end,
            holder=sa.bindparam("task", type_=sa.String()),
            started_at=sa.func.coalesce(_batches.c.started_at, AT),
        )
        .returning(*(_batches.c[column.name] for column in CLAIMED))
    )


def settle(account_id: int, claim: Claim, status: BatchStatus, now: datetime, counts: dict[str, Any]) -> bool:
    """Write the final state of a batch if the claim still holds it.

    Return False if it does not; the caller must then roll back. `counts` holds the columns of its
    results.
    """
    ours = ours_of(account_id, claim)
    ends = {f"new_{name}": value for name, value in (counts | {"status": status, "finished_at": now}).items()}
    return execute_built(_settlement(), ours | ends).scalar() is not None


def settle_part(account_id: int, claim: Claim, rest: Claim, now: datetime, counts: dict[str, Any]) -> bool:
    """Settle the rows before those of `rest`, which stay pending. Return False as `settle` does."""
    left = {
        "status": BatchStatus.PENDING,
        "attempt": 0,
        "lease_until": None,
        "next_attempt_at": None,
        "next_row": rest.first_row,
        "expected": rest.expected,
        "newcomers": rest.newcomers,
        "finished_at": now,
    }
    added = {name: getattr(EnrollmentBatch, name) + counts[name] for name in WRITTEN}
    return _update_held(account_id, claim, left | counts | added)


def give_back(account_id: int, claim: Claim) -> bool:
    """Make a batch pending again that could not begin; the attempt does not count."""
    values = {"status": BatchStatus.PENDING, "attempt": claim.attempt - 1, "lease_until": None}
    return _update_held(account_id, claim, values | {"next_attempt_at": None})


def next_row_of(batch: Any) -> sa.ColumnElement[int]:
    """SQL expression for the first row of a batch that is not settled."""
    return sa.func.coalesce(batch.next_row, batch.first_row)


def ours_of(account_id: int, claim: Claim) -> dict[str, int]:
    """Return the parameters of `ending` that identify the claim."""
    return {
        "of_account": account_id,
        "of_batch": claim.batch_id,
        "of_attempt": claim.attempt,
        "of_first_row": claim.first_row,
    }


@lru_cache
def _settlement() -> sa.Update:
    return ending(BatchStatus.PROCESSING).values(lease_until=None).returning(_batches.c.id)


def ending(status: BatchStatus) -> sa.Update:
    names = ("status", "finished_at", "succeeded", "failed", "skipped", "outcomes", *WRITTEN)
    values = {name: sa.bindparam(f"new_{name}", type_=_batches.c[name].type) for name in names}
    values |= {name: _batches.c[name] + values[name] for name in WRITTEN}  # earlier parts have written, too
    return (
        sa.update(_batches)
        .where(
            _batches.c.account_id == OF_ACCOUNT,
            _batches.c.id == id_param("of_batch"),
            _batches.c.attempt == sa.bindparam("of_attempt", type_=sa.Integer()),
            next_row_of(_batches.c) == sa.bindparam("of_first_row", type_=sa.Integer()),
            _batches.c.status == status,
        )
        .values(values)
    )


def put_back(account_id: int, claim: Claim, wait: float) -> bool:
    """Schedule a retry of a failed batch in `wait` seconds. Return False if the claim no longer holds it."""
    values = {"status": BatchStatus.PENDING, "next_attempt_at": moment(wait), "lease_until": None}
    return _update_held(account_id, claim, values)


def renew(account_id: int, claim: Claim) -> bool:
    """Begin the lease of a claim anew. Return False if the claim no longer holds its batch. Until the
    transaction ends, nobody else can take it."""
    return _update_held(account_id, claim, {"lease_until": lease().end})


def _update_held(account_id: int, claim: Claim, values: dict[str, Any]) -> bool:
    """Update a batch that the claim still holds. Return False if it does not."""
    updated = session().execute(
        sa.update(EnrollmentBatch)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.id == claim.batch_id,
            EnrollmentBatch.status == BatchStatus.PROCESSING,
            EnrollmentBatch.attempt == claim.attempt,
            next_row_of(EnrollmentBatch) == claim.first_row,
        )
        .values(values)
        .returning(EnrollmentBatch.id),
        execution_options=_PLAIN,
    )
    return updated.scalar() is not None
