"""To-dos: finished jobs with rows that need attention. They are on Home until the rows are corrected or the
to-do is dismissed."""

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.activity import application as activity
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.domain.job import FINISHED
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.infrastructure.store import jobs
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict


def dismiss(actor: Actor, public_id: str) -> None:
    """Dismiss a job's to-do for the whole account. Raises NotFound, and Conflict for a job that has not
    finished."""
    _set(actor, public_id, is_dismissed=True)


def restore(actor: Actor, public_id: str) -> None:
    """Restore a dismissed to-do. Raises like `dismiss`."""
    _set(actor, public_id, is_dismissed=False)


def _set(actor: Actor, public_id: str, *, is_dismissed: bool) -> None:
    with transaction():
        job = find_job(actor, public_id)
        accounts.require(actor, permission_for(job.kind))
        if job.status not in FINISHED:
            raise Conflict("CONFLICT", "This job is still running.")
        if (job.dismissed_at is not None) == is_dismissed:
            return
        jobs.change(actor.account_id, job.id, dismissed_at=now() if is_dismissed else None)
        activity.record(
            actor,
            "to_do_dismissed" if is_dismissed else "to_do_restored",
            "job",
            job.public_id,
            kind=job.kind,
        )
