"""Batches of a job that is being canceled: the pending ones are skipped one by one."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import BatchStatus
from app.bulk_enrollment.infrastructure.store.claims import CLAIMED, Claim
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


def take_to_skip(account_id: int, job_id: int) -> Claim | None:
    """Mark the first pending batch of a job that is being canceled as skipped. Return it, or None."""
    # Waits for a worker that is just completing the batch, and then looks at the next one.
    pending = (
        sa.select(EnrollmentBatch.id)
        .where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id == job_id,
            EnrollmentBatch.status == BatchStatus.PENDING,
        )
        .order_by(EnrollmentBatch.number)
        .limit(1)
        .with_for_update()
        .scalar_subquery()
    )
    skipped = (
        session()
        .execute(
            sa.update(EnrollmentBatch)
            .where(
                EnrollmentBatch.account_id == account_id,
                EnrollmentBatch.job_id == job_id,
                EnrollmentBatch.id == pending,
                EnrollmentBatch.status == BatchStatus.PENDING,
            )
            .values(status=BatchStatus.SKIPPED, lease_until=None)
            .returning(*CLAIMED),
            execution_options=_PLAIN,
        )
        .first()
    )
    return Claim.of(skipped) if skipped else None


def count_skipped(account_id: int, claim: Claim, now: datetime, counts: dict[str, Any]) -> None:
    session().execute(
        sa.update(EnrollmentBatch)
        .where(EnrollmentBatch.account_id == account_id, EnrollmentBatch.id == claim.batch_id)
        .values(finished_at=now, **counts),
        execution_options=_PLAIN,
    )
