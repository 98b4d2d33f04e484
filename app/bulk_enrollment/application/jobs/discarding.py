"""Deleting the ledger rows of jobs that never run: dry runs that were replaced or have expired, jobs that
were canceled before their batches were created, and jobs whose rows could not be read.

A plan may have a million rows, so it is deleted in pieces, a short transaction each, from its last row to its
first. The job's `planned_rows` are the rows that are left. A discarded dry run is hidden at once; its job is
deleted with its last rows, so that no new job can get its id before.
"""

import time

from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.infrastructure import waiting
from app.bulk_enrollment.infrastructure.store import jobs, unwanted
from app.platform import queue
from app.platform.database import after_commit, transaction

DISCARD_TASK = "bulk_enrollment.discard_rows"
ROWS = 5_000  # per transaction
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


def resume_discarding() -> None:
    """Enqueue a task for each deletion that was interrupted."""
    for account_id, job_id in waiting.interrupted_deletions(UNTOUCHED_SECONDS):
        queue.send(DISCARD_TASK, account_id, job_id)
