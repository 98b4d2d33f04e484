"""Telling people and other software that a job ended, or that it was paused because something went wrong.

Called in the transaction that changes the job's status, after its conditional update has succeeded: so each
end is told exactly once. Delivery happens later; see the notifications room.
"""

from typing import Any, Final

from app.bulk_enrollment.application.job_document import job_as_json
from app.bulk_enrollment.application.job_facts import facts_of_job
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.pausing import seconds_at_work
from app.bulk_enrollment.infrastructure import job_list, queries
from app.bulk_enrollment.infrastructure.job_list import NamedJob
from app.notifications import application as notifications

ENDED: Final = "job_ended"
PAUSED: Final = "job_paused"


def tell_end(account_id: int, job_id: int) -> None:
    """Tell that a job has ended, in its final state: its starter, the email address asked for, and the
    account's webhook."""
    job = queries.job_by_id(account_id, job_id)
    named = job_list.named(account_id, job)
    facts = _facts(named)
    notifications.tell(account_id, job.created_by, ENDED, job.public_id, facts)
    if job.options.notify_email:
        notifications.email(account_id, job.options.notify_email, ENDED, job.public_id, facts)
    notifications.announce(
        account_id,
        f"job.{job.status}",
        job.public_id,
        lambda: job_as_json(facts_of_job(account_id, job.public_id)),
    )


def tell_pause(account_id: int, job_id: int, reason: str) -> None:
    """Tell that Muster paused a job. `reason` is a sentence."""
    job = queries.job_by_id(account_id, job_id)
    facts = _facts(job_list.named(account_id, job)) | {"reason": reason}
    notifications.tell(account_id, job.created_by, PAUSED, job.public_id, facts)
    if job.options.notify_email:
        notifications.email(account_id, job.options.notify_email, PAUSED, job.public_id, facts)


def _facts(named: NamedJob) -> dict[str, Any]:
    """Return what the words of a notification need; `outcomes` is {outcome name: rows}, empty for a file that
    couldn't be read, `seconds` the duration without pauses."""
    job = named.job
    started, ended = job.started_at, job.finished_at
    return {
        "kind": job.kind,
        "status": job.status,
        "has_workflow": job.workflow_id is not None,
        "workflow": named.workflow,
        "file": job.options.source_name,
        "total": job.total,
        "outcomes": {name: rows for name, rows in job.totals.items() if name in Outcome.__members__},
        "seconds": seconds_at_work(started, job.paused_seconds, ended) if started and ended else None,
        "failure": job.failure,
    }
