"""Planning a job: write its rows to the ledger with their expected outcomes, then create the batches.

Rows are streamed. Each chunk is one short transaction, so other writers never wait long, and a planner that
has lost its claim notices at its next chunk and stops. Each chunk also records the number of planned rows,
from which the next claim continues.
"""

import sys
import time
from collections import Counter

from app.accounts import application as accounts
from app.activity import application as activity
from app.bulk_enrollment.application.dry_runs.examining import examine, is_examined, ranges_left
from app.bulk_enrollment.application.dry_runs.matches import changed_matches
from app.bulk_enrollment.application.jobs.braking import hold_for_approval
from app.bulk_enrollment.application.jobs.discarding import discard_rows
from app.bulk_enrollment.application.jobs.dispatch import dispatch
from app.bulk_enrollment.application.jobs.limits import row_limit_of
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.jobs.run import (
    finish_if_done,
    run_batches,
)
from app.bulk_enrollment.application.jobs.settling import analyze_grown_tables
from app.bulk_enrollment.application.selection.rows import rows_of
from app.bulk_enrollment.application.telling import tell_end
from app.bulk_enrollment.domain.brakes.approval import approval_of_more_rows
from app.bulk_enrollment.domain.brakes.rules import canary_size
from app.bulk_enrollment.domain.dry_runs.effects import Effects
from app.bulk_enrollment.domain.job import JobStatus, batch_size, cut
from app.bulk_enrollment.domain.selection import FilterSelection
from app.bulk_enrollment.infrastructure import queries, waiting
from app.bulk_enrollment.infrastructure.fixing import sheets
from app.bulk_enrollment.infrastructure.store import cutting, jobs, plan_claims, planning, withheld
from app.bulk_enrollment.infrastructure.store.cutting import PlannedBatch
from app.bulk_enrollment.infrastructure.store.plan_claims import PlanningClaim
from app.bulk_enrollment.infrastructure.store.planning import PlanContext
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.text.unreadable import UnreadableFile
from app.platform import queue
from app.platform.clock import now
from app.platform.database import is_transient, others_wait_to_write, transaction
from app.platform.logs import log

PLAN_TASK = "bulk_enrollment.plan_job"
CHUNK_ROWS = 10_000
MOST_ATTEMPTS = 10
MAX_FAILURE_LENGTH = 500  # characters
GIVE_WAY_SECONDS = 0.2  # to those who wait to write, after a chunk: time for several short transactions
TURN_SECONDS = 3.0  # after that, waiting jobs of other accounts are planned first
UNREADABLE = "Muster couldn’t read this file. Save it again as CSV (UTF-8), then upload it and start again."
NO_FURTHER = (
    f"Reading this file was interrupted {MOST_ATTEMPTS} times without progress. "
    "Nobody was enrolled. Ask your administrator to check the log, then start again."
)

TOO_MANY = (
    "The limit is {:,} contacts per job, and more match the filter now. Nobody was added. "
    "Narrow the filter, or ask an administrator to raise the limit."
)


class _PlanningInterrupted(Exception):
    """Planning is interrupted: the worker is stopping, or other accounts are waiting. It continues later."""


class _PlanningLost(Exception):
    """The job was canceled, or another worker has claimed its planning."""


def plan_and_run(account_id: int, job_id: int) -> None:
    """Plan a job, then run its first batches in the same task, so that a small job is queued only once."""
    run_batches(account_id, plan_job(account_id, job_id, keep_one=True))


def plan_job(account_id: int, job_id: int, keep_one: bool = False) -> int | None:
    """Plan a job, unless it is planned already or another worker is planning it.

    A job that has been started is then split into batches. With `keep_one`, return the id of the first batch
    that may run instead of queuing it, for the caller to run at once.
    """
    began = time.perf_counter()
    with transaction():
        claim = plan_claims.claim(account_id, job_id, queue.running_task())
        if claim is not None:
            planning.forget_after(account_id, job_id, claim.planned_rows)
    if claim is None:
        return _queue_planned(account_id, job_id, keep_one)
    attempt = claim.attempt
    job = queries.job_by_id(account_id, job_id)
    try:
        if claim.idle_attempts > MOST_ATTEMPTS:
            raise UnreadableFile("endless", NO_FURTHER)
        analyze_grown_tables()
        rows = _fill_ledger(job, claim)
        planned = _conclude(job, attempt, rows)
    except _PlanningInterrupted:
        with transaction():
            plan_claims.let_go(account_id, job_id, attempt)
        _plan_next(account_id)
        return None
    except _PlanningLost:
        with transaction():
            discard_rows(account_id, job_id)  # of a job that was canceled, or of a discarded dry run
        _plan_next(account_id)
        return None
    except UnreadableFile as fault:
        _fail(job, attempt, str(fault))
        _plan_next(account_id)
        return None
    except Exception as failure:
        if not is_transient(failure):
            _fail(job, attempt, UNREADABLE)
        raise
    log.info(
        "job_planned", extra={"job": job_id, "rows": rows, "ms": round((time.perf_counter() - began) * 1000)}
    )
    _plan_next(account_id)
    return _queue_planned(account_id, job_id, keep_one, planned)


def _plan_next(account_id: int) -> None:
    """Queue the planning of the account's next job. Large jobs of an account are planned one at a time."""
    job_id = waiting.next_to_plan(account_id)
    if job_id is not None:
        queue.send(PLAN_TASK, account_id, job_id)


def _fill_ledger(job: EnrollmentJob, claim: PlanningClaim) -> int:
    """Load the job's rows that are not in the ledger yet. Return the total number of its rows."""
    context = _context(job)
    done = claim.planned_rows
    rows, limit = rows_of(job, job.findings if done else {}), _row_limit(job)
    began = time.monotonic()
    turn_ends = 0.0
    for chunk in rows.chunks(after=done, size=CHUNK_ROWS):
        if not turn_ends:  # at most half of the time is spent on skipping rows that are planned already
            turn_ends = time.monotonic() + max(TURN_SECONDS, time.monotonic() - began)
        with transaction():
            _hold(job, claim.attempt, done)
            loaded = done + chunk.load(context)
            findings = {"findings": chunk.findings} if chunk.findings else {}
            jobs.change(job.account_id, job.id, planned_rows=loaded, **findings)
            publish(job, "rows_planned", rows=loaded)
            if loaded > limit:
                raise UnreadableFile("rows", TOO_MANY.format(limit))
            gives_way = others_wait_to_write()
        done = loaded
        if gives_way:
            time.sleep(GIVE_WAY_SECONDS)
        is_over = time.monotonic() > turn_ends and done < job.total
        if queue.should_stop() or (is_over and waiting.others_wait_for_planning(job.account_id)):
            raise _PlanningInterrupted
    return done


def _row_limit(job: EnrollmentJob) -> int:
    """Return the most rows that a filter may find now; those of other selections were counted at the
    start."""
    if not isinstance(job.selection, FilterSelection) or job.has_source_rows:
        return sys.maxsize
    return row_limit_of(job.account_id, is_import=job.kind == "import")


def _conclude(job: EnrollmentJob, attempt: int, rows: int) -> dict[int, PlannedBatch]:
    """Apply what depends on the whole file, and mark the job as planned. Return {batch number: plan}.

    Rows are counted outside the transactions, so that no other writer waits.
    """
    if job.selection.withholds and job.kind != "undo":
        with transaction():
            _hold(job, attempt, rows)
            withheld.spread_withheld(job.account_id, job.id)
    if is_examined(job):
        _examine(job, attempt, rows)
    planned = cutting.planned_batches(job.account_id, job.id, *_sizes(job, rows))
    expected = sum((batch.expected for batch in planned.values()), Counter())
    with transaction():
        _hold(job, attempt, rows)
        known = queries.job_by_id(job.account_id, job.id)
        values = approval_of_more_rows(known.approval, known.total, rows)
        values |= {"total": rows, "expected": dict(expected), "planned_at": now(), "lease_until": None}
        jobs.change(job.account_id, job.id, **values)
    return planned


def _examine(job: EnrollmentJob, attempt: int, rows: int) -> None:
    """Count what the job would do. Continues where an earlier attempt was interrupted."""
    effects = job.effects or Effects()
    for span in ranges_left(job, rows):
        with transaction():
            _hold(job, attempt, rows)
            effects = examine(job, span, effects)
        if queue.should_stop() and effects.rows < rows:
            raise _PlanningInterrupted


def _hold(job: EnrollmentJob, attempt: int, rows: int) -> None:
    if not plan_claims.hold(job.account_id, job.id, attempt, rows):
        raise _PlanningLost


def _context(job: EnrollmentJob) -> PlanContext:
    return PlanContext(
        account_id=job.account_id,
        job_id=job.id,
        identifier=job.selection.identifier,
        creates=job.options.creates,
        updates=job.options.updates,
        workflow_id=job.workflow_id,
        again=job.options.again,
    )


def _queue_planned(
    account_id: int, job_id: int, keep_one: bool, planned: dict[int, PlannedBatch] | None = None
) -> int | None:
    """Create the batches of a started, planned job and dispatch them. Drafts are left alone.

    `planned` is {batch number: plan}, counted from the ledger if it is None.
    """
    if not plan_claims.is_to_be_cut(account_id, job_id):
        return None
    job = queries.job_by_id(account_id, job_id)
    size, canary = _sizes(job, job.total)
    planned = planned if planned is not None else cutting.planned_batches(account_id, job_id, size, canary)
    findings = changed_matches(job)
    with transaction():
        if not plan_claims.hold_planned(account_id, job_id):
            return None
        if findings != job.findings:
            jobs.change(account_id, job_id, findings=findings)
        if tags := job.findings.get("tags"):
            contacts.ensure_tags(account_id, tags, created_by=job.created_by, at_most=MOST_TAGS)
        batches = cutting.cut_batches(account_id, job_id, cut(job.total, size, canary), planned)
        jobs.move(account_id, job_id, JobStatus.QUEUED, batches=batches, canary_rows=canary or None)
        publish(job, "job_queued", batches=batches)
        if batches:
            hold_for_approval(queries.job_by_id(account_id, job_id))
    if batches:
        return dispatch(account_id, keep_one)
    finish_if_done(account_id, job_id)
    return None


def _sizes(job: EnrollmentJob, rows: int) -> tuple[int, int]:
    """Return the sizes of batches and of the canary, which is 0 without one."""
    return batch_size(rows, job.options.batch_size), canary_size(job.options.brakes, rows)


def _fail(job: EnrollmentJob, attempt: int, sentence: str) -> None:
    with transaction():
        if not plan_claims.hold(job.account_id, job.id, attempt):
            return
        why = sentence[:MAX_FAILURE_LENGTH]
        if plan_claims.fail_draft(job.account_id, job.id, attempt, why):
            publish(job, "job_finished", status=JobStatus.FAILED.value)
        elif jobs.move(job.account_id, job.id, JobStatus.FAILED, failure=why, finished_at=now()):
            publish(job, "job_finished", status=JobStatus.FAILED.value)
            actor = accounts.worker_actor(job.account_id)
            facts = {"kind": job.kind, "status": JobStatus.FAILED.value}
            activity.record(actor, "job_finished", "job", job.public_id, **facts)
            if job.retries is not None and job.parent_job_id is not None:
                sheets.give_back(job.account_id, job.parent_job_id, job.id)
                jobs.change(job.account_id, job.parent_job_id, resolved_at=None)
            tell_end(job.account_id, job.id)
        discard_rows(job.account_id, job.id)
