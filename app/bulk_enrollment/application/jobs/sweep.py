"""The sweeper: finds work in the database that the queue has lost and enqueues it again.

A killed worker stops sending heartbeats and leaves a lease that expires; an emptied queue leaves work
without a task. Called by the clock process. Every step is a conditional claim, so that a second sweeper
does no harm.
"""

from datetime import timedelta

from app.bulk_enrollment.application.jobs.discarding import discard_dry_run
from app.bulk_enrollment.application.jobs.dispatch import dispatch
from app.bulk_enrollment.application.jobs.plan import PLAN_TASK
from app.bulk_enrollment.application.jobs.run import CANCEL_TASK, finish_if_done
from app.bulk_enrollment.infrastructure import waiting
from app.bulk_enrollment.infrastructure.store import batches, plan_claims
from app.platform import queue
from app.platform.claims.lost_tasks import TaskWatch
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.logs import log

DRAFTS_KEPT = timedelta(days=1)
HANDED_OVER_SECONDS = 3.0

_watch = TaskWatch()


def sweep() -> None:
    """Enqueue a task for all work that waits without one."""
    if not waiting.has_unfinished_jobs():
        return
    _take_from_gone()
    if queue.length("urgent") == 0:  # otherwise their tasks may still be queued
        queue.send_all(PLAN_TASK, waiting.unplanned_jobs(HANDED_OVER_SECONDS))
        queue.send_all(CANCEL_TASK, waiting.jobs_being_cancelled())
    _recall_lost_tasks()
    for account_id in waiting.accounts_with_work(now()):
        dispatch(account_id)
    for account_id, job_id in waiting.jobs_without_open_batches():
        finish_if_done(account_id, job_id)


def _take_from_gone() -> None:
    """Reassign the work of lost tasks without waiting for their leases to expire."""
    gone = _watch.lost(waiting.holders())
    if not gone:
        return
    with transaction():
        unplanned = plan_claims.take_from_gone(gone)
        taken = batches.take_from_gone(gone)
    if unplanned or taken:
        log.warning("worker_lost", extra={"plannings": len(unplanned), "batches": taken})
    for account_id, job_id in unplanned:
        queue.send(PLAN_TASK, account_id, job_id)


def _recall_lost_tasks() -> None:
    """Release batches that were enqueued if the queue is empty, without waiting for their leases to
    expire."""
    if queue.length("bulk") != 0:
        return
    for account_id, batch_ids in waiting.handed_over_batches(HANDED_OVER_SECONDS).items():
        with transaction():
            batches.release(account_id, batch_ids)
        log.info("lost_batches_released", extra={"account": account_id, "batches": len(batch_ids)})


def discard_old_drafts() -> None:
    """Discard dry runs that were never started."""
    for account_id, job_id in waiting.drafts_before(now() - DRAFTS_KEPT):
        with transaction():
            discard_dry_run(account_id, job_id)
