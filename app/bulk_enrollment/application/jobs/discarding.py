"""Deleting the ledger rows of jobs that never run: dry runs that were replaced or have expired, jobs that
were canceled before their batches were created, and jobs whose rows could not be read. Finished jobs are
deleted in the same way once they are older than JOB_RETENTION_DAYS; their uploads follow when no other job
uses them.

A plan may have a million rows, so it is deleted in pieces, a short transaction each, from its last row to its
first. The job's `planned_rows` are the rows that are left. A discarded dry run is hidden at once; its job is
deleted with its last rows, so that no new job can get its id before.
"""

import time
from datetime import timedelta
from functools import partial

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.infrastructure import job_list, queries, waiting
from app.bulk_enrollment.infrastructure.people import past_jobs
from app.bulk_enrollment.infrastructure.store import jobs, unwanted
from app.notifications import application as notifications
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.settings import current

DISCARD_TASK = "bulk_enrollment.discard_rows"
ROWS = 5_000  # per transaction
EXPIRED_AT_ONCE = 100
PAUSE_SECONDS = 0.02  # between transactions, longer than other writers of SQLite wait between two attempts
SECONDS_IN_A_ROW = 2.0  # then other tasks have their turn
UNTOUCHED_SECONDS = 60.0  # after that, a deletion is taken to be interrupted


def discard_dry_run(account_id: int, job_id: int) -> None:
    """Discard a dry run and its rows, in the caller's transaction, unless it has been started."""
    if jobs.move(account_id, job_id, JobStatus.DISCARDED):
        discard_rows(account_id, job_id)


def discard_rows(account_id: int, job_id: int) -> None:
    """Delete the rows of a job that never runs: the last ones in the caller's transaction, the others by a
    task. Do nothing if the job may still run."""
    if unwanted.delete_last(account_id, job_id, ROWS):
        after_commit(lambda: queue.send(DISCARD_TASK, account_id, job_id))


def discard_rest(account_id: int, job_id: int) -> None:
    """Delete the rows of a job that never runs, piece by piece, for up to SECONDS_IN_A_ROW seconds.

    Another task deletes the rest.
    """
    until = time.monotonic() + SECONDS_IN_A_ROW
    is_left = True
    while is_left and time.monotonic() < until and not queue.should_stop():
        with transaction():
            is_left = unwanted.delete_last(account_id, job_id, ROWS)
        time.sleep(PAUSE_SECONDS)
    if is_left:
        queue.send(DISCARD_TASK, account_id, job_id)


def discard_expired() -> None:
    """Delete finished jobs that are older than jobs are kept, up to EXPIRED_AT_ONCE of them; the consent
    ledger keeps what put contacts here."""
    days = current().job_retention_days
    before = now() - timedelta(days=days)
    for account_id, job_id in waiting.expired_jobs(before, EXPIRED_AT_ONCE):
        with transaction():
            job = queries.job_by_id(account_id, job_id)
            named = job_list.named(account_id, job)
            name = named.workflow or job.options.source_name
            if not unwanted.expire(account_id, job_id, before):
                continue
            past_jobs.keep_job(
                account_id,
                job_id,
                source_name=job.options.source_name or "file",
                workflow=named.workflow,
                started_by=named.starter or named.started_by,
                at=job.created_at,
                consent_basis=job.options.consent_basis,
            )
            notifications.forget(account_id, [job.public_id])
            actor = accounts.worker_actor(account_id)
            activity.record(actor, "job_expired", "job", job.public_id, name=name, kind=job.kind, days=days)
            after_commit(partial(queue.send, DISCARD_TASK, account_id, job_id))


def resume_discarding() -> None:
    """Enqueue a task for each deletion that was interrupted."""
    for account_id, job_id in waiting.interrupted_deletions(UNTOUCHED_SECONDS):
        queue.send(DISCARD_TASK, account_id, job_id)
