"""Jobs of all accounts that stand still although nothing keeps them, for `flask doctor`."""

from datetime import datetime

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import RUNNING, BatchStatus
from app.bulk_enrollment.infrastructure.conditions.plan_states import is_open, is_suspended
from app.bulk_enrollment.infrastructure.conditions.start_times import may_begin
from app.bulk_enrollment.infrastructure.tables import NOT_OVER, EnrollmentBatch, EnrollmentJob
from app.platform.claims.leases import moment
from app.platform.database import session

_NOT_OVER = sa.text(f"enrollment_jobs.{NOT_OVER.text}")
_IS_RUNNING = sa.and_(EnrollmentJob.status.in_(sorted(RUNNING)), _NOT_OVER)


def idle_jobs(at: datetime, seconds: float) -> int:
    """Return the number of running jobs that may go on, but of which nothing was changed, begun, or settled
    for so many seconds."""
    batch, since = EnrollmentBatch, moment(-seconds)
    is_moving = sa.exists().where(
        batch.job_id == EnrollmentJob.id,
        sa.or_(batch.started_at > since, batch.finished_at > since, batch.handed_at > since),
    )
    query = sa.select(sa.func.count()).where(
        _IS_RUNNING,
        EnrollmentJob.updated_at < since,
        may_begin(EnrollmentJob, at),
        ~is_moving,
        ~is_suspended(),
    )
    return session().scalar(query, execution_options={"cross_account": True}) or 0


def expired_leases(seconds: float) -> int:
    """Return how many leases, of batches and of planning, ended so many seconds ago, but nobody has taken
    over. Those of suspended accounts may wait."""
    batch, since = EnrollmentBatch, moment(-seconds)
    at_batches = (
        sa.select(sa.func.count())
        .select_from(batch)
        .join(EnrollmentJob, EnrollmentJob.id == batch.job_id)
        .where(
            _IS_RUNNING, batch.status == BatchStatus.PROCESSING, batch.lease_until < since, ~is_suspended()
        )
    )
    of_plans = sa.select(sa.func.count()).where(
        _NOT_OVER, is_open(), EnrollmentJob.lease_until < since, ~is_suspended()
    )
    crossing = {"cross_account": True}
    return sum(session().scalar(query, execution_options=crossing) or 0 for query in (at_batches, of_plans))
