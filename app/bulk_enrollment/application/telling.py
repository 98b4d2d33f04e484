"""Telling people and other software that a job ended, or that it waits for a person.

Called in the transaction that changes the job's status, after its conditional update has succeeded: so each
end is told exactly once. Delivery happens later; see the notifications room.
"""

from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.bulk_enrollment.application.job_document import job_as_json
from app.bulk_enrollment.application.job_facts import facts_of_job
from app.bulk_enrollment.domain.brakes.approval import Approval, is_second_person
from app.bulk_enrollment.domain.brakes.texts import approval_words
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.pausing import seconds_at_work
from app.bulk_enrollment.infrastructure import job_list, queries
from app.bulk_enrollment.infrastructure.job_list import NamedJob
from app.notifications import application as notifications
from app.platform import mail
from app.platform.settings import current

ENDED: Final = "job_ended"
PAUSED: Final = "job_paused"
NEEDS_APPROVAL: Final = "job_needs_approval"
MISSED_START: Final = "job_missed_start"


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
    _tell_starter(account_id, job_id, PAUSED, reason)


def tell_missed_start(account_id: int, job_id: int, reason: str) -> None:
    """Tell that a scheduled job was not started, because its time is long past. `reason` is a sentence."""
    _tell_starter(account_id, job_id, MISSED_START, reason)


def tell_approvers(account_id: int, job_id: int, permission: Permission) -> None:
    """Tell those who may approve a job that it waits for them: people with `permission`, besides the person
    who started it. By email, too, if they want that and a mail server is set up."""
    job = queries.job_by_id(account_id, job_id)
    named = job_list.named(account_id, job)
    reason = approval_words(job.total, named.starter or named.started_by)
    facts = _facts(named) | {"reason": reason, "waits_for": NEEDS_APPROVAL}
    for person in accounts.people_with(account_id, permission):
        if not is_second_person(person.user_id, job.approval_asked_by):
            continue
        notifications.tell(account_id, person.user_id, NEEDS_APPROVAL, job.public_id, facts)
        if person.approval_emails and mail.is_set_up(current()):
            notifications.email(account_id, person.email, NEEDS_APPROVAL, job.public_id, facts)


def _tell_starter(account_id: int, job_id: int, kind: str, reason: str) -> None:
    """Tell the person who started a job, and the email address asked for."""
    job = queries.job_by_id(account_id, job_id)
    facts = _facts(job_list.named(account_id, job)) | {"reason": reason, "waits_for": kind}
    notifications.tell(account_id, job.created_by, kind, job.public_id, facts)
    if job.options.notify_email:
        notifications.email(account_id, job.options.notify_email, kind, job.public_id, facts)


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
        "refused_by": named.decider if job.approval == Approval.REFUSED else None,
    }
