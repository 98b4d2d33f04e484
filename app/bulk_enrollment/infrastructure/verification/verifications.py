"""Stored verifications of jobs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.infrastructure.verification.tables import JobVerification
from app.platform.database import session


def latest(account_id: int, job_id: int) -> JobVerification | None:
    return session().scalar(
        sa.select(JobVerification)
        .where(JobVerification.account_id == account_id, JobVerification.job_id == job_id)
        .execution_options(populate_existing=True)
    )


def begin(account_id: int, job_id: int, at: datetime) -> None:
    """Replace the stored verification with one that is not finished."""
    session().execute(
        sa.delete(JobVerification).where(
            JobVerification.account_id == account_id, JobVerification.job_id == job_id
        ),
        execution_options={"synchronize_session": "fetch"},
    )
    session().add(JobVerification(account_id=account_id, job_id=job_id, asked_at=at))
    session().flush()


def finish(account_id: int, job_id: int, document: dict[str, Any], at: datetime) -> None:
    session().execute(
        sa.update(JobVerification)
        .where(JobVerification.account_id == account_id, JobVerification.job_id == job_id)
        .values(document=document, finished_at=at),
        execution_options={"synchronize_session": False},
    )
