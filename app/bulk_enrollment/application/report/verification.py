"""Verification of a job on its page: made by a worker, because a job may have a million rows, and stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.report.verify import Check, verify_job
from app.bulk_enrollment.domain.job import FINISHED
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.bulk_enrollment.infrastructure.verification import verifications
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict

VERIFY_TASK = "bulk_enrollment.verify_job"
SMALL_JOB = 5_000  # rows; up to this many, the job is verified in the request that asks for it
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Verification:
    """The latest verification of a job. `checks` are empty until it is finished; `is_stuck` means that it has
    taken too long, so that it can be started again."""

    asked_at: datetime
    finished_at: datetime | None
    checks: Sequence[Check]
    is_stuck: bool = False

    @property
    def is_running(self) -> bool:
        return self.finished_at is None and not self.is_stuck

    @property
    def holds(self) -> bool:
        return bool(self.checks) and all(check.holds for check in self.checks)


def verification_of(actor: Actor, public_id: str) -> tuple[EnrollmentJob, Verification | None]:
    """Return a job and its latest verification, if any. Raises NotAllowed and NotFound."""
    accounts.require(actor, Permission.REPORTS)
    job = find_job(actor, public_id)
    stored = verifications.latest(job.account_id, job.id)
    if stored is None:
        return job, None
    checks = [Check(*one) for one in stored.document.get("checks", [])]
    is_stuck = stored.finished_at is None and now() - stored.asked_at > PATIENCE
    return job, Verification(stored.asked_at, stored.finished_at, checks, is_stuck)


def verify_again(actor: Actor, public_id: str) -> None:
    """Count a finished job again: a small one at once, a larger one by a worker.

    Does nothing while a verification is running. Raises NotAllowed, NotFound, and Conflict for an unfinished
    job.
    """
    with transaction():
        accounts.lock(actor.account_id)
        job, latest = verification_of(actor, public_id)
        accounts.require(actor, permission_for(job.kind))
        if job.status not in FINISHED:
            raise Conflict("CONFLICT", "This job hasn’t finished yet. Verify it once it has.")
        if latest is not None and latest.is_running:
            return
        verifications.begin(job.account_id, job.id, now())
        activity.record(actor, "job_verified", "job", job.public_id, kind=job.kind)
        if job.total > SMALL_JOB:
            after_commit(lambda: queue.send(VERIFY_TASK, job.account_id, job.id))
    if job.total <= SMALL_JOB:
        verify(job.account_id, job.id)


def verify(account_id: int, job_id: int) -> None:
    """Verify a job and store the result."""
    job = queries.job_by_id(account_id, job_id)
    checks = verify_job(job)
    document = {"checks": [[one.says, one.expected, one.found, one.sentence, one.unit] for one in checks]}
    with transaction():
        verifications.finish(account_id, job_id, document, now())
