"""Writes to jobs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import OPEN_BATCH, UNFINISHED, JobStatus, states_before
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform.database import session


def add(job: EnrollmentJob) -> EnrollmentJob:
    session().add(job)
    session().flush()
    return job


def move(
    account_id: int, job_id: int, to: JobStatus, *, only_from: JobStatus | None = None, **values: Any
) -> bool:
    """Change a job's status if the transition to `to` is allowed. Return whether this call did it."""
    before = [only_from.value] if only_from else states_before(to)
    return update_if(account_id, job_id, [EnrollmentJob.status.in_(before)], {"status": to.value, **values})


def promote(account_id: int, job_id: int, to: JobStatus = JobStatus.PENDING, **values: Any) -> bool:
    """Start or schedule a draft, unless its planning failed. Return whether this call did it."""
    is_good = [EnrollmentJob.status == JobStatus.DRAFT, EnrollmentJob.failure.is_(None)]
    return update_if(account_id, job_id, is_good, {"status": to.value, **values})


def pause(
    account_id: int, job_id: int, by: PausedBy, at: datetime, user_id: int | None = None, **values: Any
) -> bool:
    """Pause a running job; `user_id` is the person who did, `values` are further columns. Return whether this
    call did it."""
    pause: dict[str, Any] = {"paused_by": by.value, "paused_at": at, "paused_by_user": user_id}
    return move(account_id, job_id, JobStatus.PAUSED, **pause, **values)


def miss_start(account_id: int, job_id: int, starts_at: datetime) -> bool:
    """Let a job that is scheduled for this moment wait for a person. Return whether this call did it."""
    is_scheduled = [EnrollmentJob.status == JobStatus.SCHEDULED, EnrollmentJob.not_before == starts_at]
    return update_if(account_id, job_id, is_scheduled, {"not_before": None})


def wait_until(account_id: int, job_id: int, until: datetime, pace_changes: int) -> bool:
    """Let a job begin nothing before `until`, unless its pace has been changed more than `pace_changes`
    times. Return whether this call did it."""
    return update_if(account_id, job_id, [EnrollmentJob.pace_changes == pace_changes], {"not_before": until})


def take_pause_over(
    account_id: int, job_id: int, now: PausedBy | None, by: PausedBy, user_id: int | None = None
) -> bool:
    """Transfer a pause from its current holder `now` to `by`. Return whether this call did it."""
    held = [EnrollmentJob.status == JobStatus.PAUSED, EnrollmentJob.paused_by == now]
    return update_if(account_id, job_id, held, {"paused_by": by.value, "paused_by_user": user_id})


def change(account_id: int, job_id: int, **values: Any) -> bool:
    return update_if(account_id, job_id, [], values)


def dry_runs_of(account_id: int) -> list[EnrollmentJob]:
    """Return the account's open dry runs, oldest first; not the figures of an undo, which are made in the
    same way."""
    query = (
        sa.select(EnrollmentJob)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.status == JobStatus.DRAFT,
            EnrollmentJob.kind != "undo",
        )
        .order_by(EnrollmentJob.id)
    )
    return list(session().scalars(query))


def count_unfinished(account_id: int) -> int:
    query = sa.select(sa.func.count()).where(
        EnrollmentJob.account_id == account_id,
        EnrollmentJob.status.in_([status.value for status in UNFINISHED]),
    )
    return session().scalar(query) or 0


def finish(
    account_id: int,
    job_id: int,
    before: JobStatus,
    to: JobStatus,
    now: datetime,
    totals: dict[str, int],
) -> bool:
    """End a job that has no open batch. Return True to exactly one of several callers."""
    open_batches = sa.exists().where(
        EnrollmentBatch.account_id == account_id,
        EnrollmentBatch.job_id == job_id,
        EnrollmentBatch.status.in_(OPEN_BATCH),
    )
    return update_if(
        account_id,
        job_id,
        [EnrollmentJob.status == before, ~open_batches],
        {"status": to.value, "finished_at": now, "totals": totals},
    )


def update_if(account_id: int, job_id: int, conditions: list[Any], values: dict[str, Any]) -> bool:
    """Update a job if it meets the conditions. Return whether it did."""
    changed = session().execute(
        sa.update(EnrollmentJob)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id, *conditions)
        .values(values)
        .returning(EnrollmentJob.id),
        execution_options={"synchronize_session": False},
    )
    return changed.scalar() is not None
