"""Pausing jobs: after their canary, when too many rows fail, and until a second person approves them.

`dispatch` calls `apply_brakes` before it starts batches, also for the sweeper, so a brake holds after any
crash. A worker whose batch has failed rows asks `must_brake` before it goes on with the job's next batch.
"""

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.telling import tell_approvers, tell_pause
from app.bulk_enrollment.domain.brakes.approval import Approval
from app.bulk_enrollment.domain.brakes.rules import Failures
from app.bulk_enrollment.domain.brakes.texts import CANARY_DONE, failures_words
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.infrastructure import failures as counted
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.clock import now
from app.platform.logs import log
from app.platform.settings import current

UNAPPROVED_ROWS = "unapproved_rows"  # name of the account's limit


def apply_brakes(account_id: int) -> None:
    """Pause the account's jobs whose canary is done or that have too many failed rows.

    In the caller's transaction, which has locked the account.
    """
    for job_id in counted.jobs_to_brake(account_id):
        job = queries.job_by_id(account_id, job_id)
        if job.canary_rows is not None:
            _pause(job, PausedBy.CANARY)
        elif failures := counted.failures_of(job):
            _pause(job, PausedBy.BRAKE, failures)


def must_brake(job: EnrollmentJob, failed: int) -> bool:
    """Return whether a worker must leave the job to `dispatch` after batches with `failed` failed rows."""
    return failed > 0 and counted.failures_of(job) is not None


def approval_is_needed(account_id: int, rows: int) -> bool:
    """Return whether a job of `rows` rows needs a second person's approval."""
    return rows > accounts.limit_of(account_id, UNAPPROVED_ROWS, current().account_limits[UNAPPROVED_ROWS])


def hold_for_approval(job: EnrollmentJob) -> None:
    """Pause a job whose batches have just been created until it is approved, if it needs that.

    The rows are counted again, because a selection may have grown since the start.
    """
    if job.approval == Approval.GIVEN:
        return
    if job.approval is None and not approval_is_needed(job.account_id, job.total):
        return
    if not jobs.pause(job.account_id, job.id, PausedBy.APPROVAL, now(), approval=Approval.NEEDED.value):
        return
    note_pause(job, PausedBy.APPROVAL)
    tell_approvers(job.account_id, job.id, permission_for(job.kind))
    log.info("job_waits_for_approval", extra={"job": job.id, "rows": job.total})


def note_pause(job: EnrollmentJob, by: PausedBy) -> None:
    """Publish and record that Muster has paused a job, in the caller's transaction."""
    publish(job, "job_paused")
    actor = accounts.worker_actor(job.account_id)
    activity.record(actor, "job_paused", "job", job.public_id, kind=job.kind, by=by.value)


def _pause(job: EnrollmentJob, by: PausedBy, failures: Failures | None = None) -> None:
    if not jobs.pause(job.account_id, job.id, by, now(), failures=failures):
        return
    note_pause(job, by)
    tell_pause(job.account_id, job.id, failures_words(failures) if failures else CANARY_DONE)
    log.info("job_braked", extra={"job": job.id, "by": by.value})
