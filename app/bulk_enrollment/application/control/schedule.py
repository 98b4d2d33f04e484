"""Scheduled jobs: started by the clock when their time has come; until then the time can be changed.

A job whose time has passed by more than LATEST_START, because Muster was off, waits for a person instead.

The rows of a scheduled job are read when it starts, unless a dry run has read them. Either way each batch
looks at its contacts again. The job enrolls into the version of its workflow that is published at its start.
If the workflow is paused then, so is the job; if it is archived, the rows say so and can be retried.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.accounts.domain.regions import is_zone
from app.activity import application as activity
from app.bulk_enrollment.application.control.locked_jobs import locked_job, refuse_if_over
from app.bulk_enrollment.application.jobs.discarding import discard_rows
from app.bulk_enrollment.application.jobs.limits import row_limit_of
from app.bulk_enrollment.application.jobs.plan import PLAN_TASK
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.telling import tell_end, tell_missed_start
from app.bulk_enrollment.application.timing.plan_ahead import (
    check_timing,
    people_of,
    with_start,
)
from app.bulk_enrollment.domain.brakes.approval import approval_of_more_rows
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.options import UNKNOWN_ZONE, JobOptions, misses_start, option_problems
from app.bulk_enrollment.domain.selection import FilterSelection
from app.bulk_enrollment.domain.timing.texts import missed_start_words
from app.bulk_enrollment.infrastructure import queries, waiting
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, Invalid, TooMuch
from app.platform.logs import log
from app.platform.text.pace import Drip
from app.platform.text.wall_clock import LocalTime, resolve
from app.workflows import application as workflows


def local_start(local: datetime, zone: str) -> LocalTime:
    """Return the moment of a local date and time (without a zone) in a named time zone.

    A time that clocks skip is as much later as they skip; one that occurs twice is the first. Raises Invalid.
    """
    if not is_zone(zone):
        raise Invalid.in_fields({"time_zone": UNKNOWN_ZONE})
    return resolve(local.replace(second=0, microsecond=0, tzinfo=None), zone)


Check = Callable[[EnrollmentJob], object]
"""Gets the job as it is before the change, locked, and may raise."""


def reschedule_job(
    actor: Actor, public_id: str, starts_at: datetime, time_zone: str = "", check: Check | None = None
) -> None:
    """Change the start of a scheduled job. `time_zone` is the one it was chosen in, that of before if empty.

    Raises NotFound, NotAllowed, Invalid (`fields`), and Conflict for a job that is not scheduled any more.
    """
    with transaction():
        job = _scheduled(actor, public_id)
        if check is not None:
            check(job)
        options = replace(job.options, scheduled_at=starts_at, time_zone=time_zone or job.options.time_zone)
        if problems := option_problems(options, job.selection.identifier):
            raise Invalid.in_fields(problems)
        check_timing(options, job.kind, people_of(job), now())
        options = with_start(options, starts_at)
        jobs.change(job.account_id, job.id, options=options, not_before=starts_at)
        publish(job, "job_rescheduled")
        facts = {"kind": job.kind, "at": starts_at.isoformat()}
        activity.record(actor, "job_rescheduled", "job", job.public_id, **facts)


def start_scheduled_job(actor: Actor, public_id: str) -> None:
    """Start a scheduled job now. Raises NotFound, NotAllowed, TooMuch (rows), and Conflict for a job that is
    not scheduled any more."""
    with transaction():
        job = _scheduled(actor, public_id)
        _begin(job, with_start(replace(job.options, scheduled_at=None), now()))
        activity.record(actor, "job_started", "job", job.public_id, rows=job.total, kind=job.kind)


def change_timing(
    actor: Actor, public_id: str, starts_at: datetime | None, time_zone: str, drip: Drip | None
) -> None:
    """Change when the job of a dry run will start (None: when it is started), and its pace.

    Raises NotFound, NotAllowed, Invalid (`fields`), and Conflict for a job that has been started.
    """
    with transaction():
        job = locked_job(actor, public_id)
        if job.status != JobStatus.DRAFT:
            raise Conflict("CONFLICT", "This job has already been started.")
        options = replace(job.options, scheduled_at=starts_at, time_zone=time_zone, drip=drip)
        if problems := option_problems(options, job.selection.identifier):
            raise Invalid.in_fields(problems)
        check_timing(options, job.kind, people_of(job), now())
        jobs.change(job.account_id, job.id, options=options)


def _scheduled(actor: Actor, public_id: str) -> EnrollmentJob:
    """Return a scheduled job, locked until the transaction ends."""
    job = locked_job(actor, public_id)
    refuse_if_over(job)
    if job.status != JobStatus.SCHEDULED:
        raise Conflict("CONFLICT", "This job has already started.")
    return job


def start_due_jobs() -> None:
    """Start the scheduled jobs of all accounts whose time has come. Called by the clock every second."""
    due = waiting.due_jobs(now()) if waiting.has_unfinished_jobs() else []
    for account_id, job_id in due:
        try:
            _start_due(account_id, job_id)
        except Exception:  # of one job; the others must not wait for it
            log.exception("scheduled_start_failed", extra={"job": job_id})


def _start_due(account_id: int, job_id: int) -> None:
    with transaction():
        accounts.lock(account_id)
        job = queries.job_by_id(account_id, job_id)
        if job.status != JobStatus.SCHEDULED or job.not_before is None or job.not_before > now():
            return
        if misses_start(job.not_before, now()):
            _hold(job)
            return
        actor = accounts.worker_actor(account_id)
        try:
            _begin(job, job.options)
        except TooMuch as refusal:
            _fail(job, refusal.message)
            return
        activity.record(actor, "job_started", "job", job.public_id, rows=job.total, kind=job.kind)
        log.info("scheduled_job_started", extra={"job": job_id})


def _hold(job: EnrollmentJob) -> None:
    """Let a person decide about a job that has missed its start: it is scheduled, but for no time."""
    actor, missed = accounts.worker_actor(job.account_id), job.not_before
    if missed is None or not jobs.miss_start(job.account_id, job.id, missed):
        return
    publish(job, "job_rescheduled")
    activity.record(actor, "job_start_missed", "job", job.public_id, kind=job.kind, at=missed.isoformat())
    words = missed_start_words(missed, job.options.time_zone or actor.time_zone)
    tell_missed_start(job.account_id, job.id, words)
    log.info("scheduled_start_missed", extra={"job": job.id})


def _begin(job: EnrollmentJob, options: JobOptions) -> None:
    """Start a scheduled job, with the current version of its workflow. Raises TooMuch if it has more rows
    than the limit is now."""
    limit = row_limit_of(job.account_id, is_import=job.kind == "import")
    total = _rows_now(job, options, limit)
    if total > limit:
        raise TooMuch(
            "CONTACT_LIMIT_EXCEEDED",
            f"The limit is now {limit:,} contacts per job, and this job has more. Nobody was added. "
            "Ask an administrator to raise the limit, or start with fewer contacts.",
            limit=limit,
            count=total,
        )
    target = workflows.version_to_enter(job.account_id, job.workflow_id) if job.workflow_id else None
    values: dict[str, Any] = {"not_before": None, "lease_until": None, "total": total}
    values |= approval_of_more_rows(job.approval, job.total, total)
    if target is not None:
        values["version_id"] = target.version_id
        options = replace(options, first_step=target.first_step, again=target.enroll_again)
    jobs.move(job.account_id, job.id, JobStatus.PENDING, options=options, **values)
    publish(job, "job_started")
    after_commit(lambda: queue.send(PLAN_TASK, job.account_id, job.id))


def _fail(job: EnrollmentJob, sentence: str) -> None:
    """End a job that could not start."""
    jobs.move(job.account_id, job.id, JobStatus.PENDING)
    jobs.move(job.account_id, job.id, JobStatus.FAILED, failure=sentence, finished_at=now())
    discard_rows(job.account_id, job.id)
    publish(job, "job_finished", status=JobStatus.FAILED.value)
    facts = {"kind": job.kind, "status": JobStatus.FAILED.value, "reason": "limit"}
    activity.record(accounts.worker_actor(job.account_id), "job_finished", "job", job.public_id, **facts)
    tell_end(job.account_id, job.id)


def _rows_now(job: EnrollmentJob, options: JobOptions, limit: int) -> int:
    """Return the job's rows; for a filter that is not planned yet, its matches now, up to `limit` + 1."""
    if not isinstance(job.selection, FilterSelection) or job.planned_at is not None:
        return job.total
    at = options.scheduled_at or job.created_at
    return queries.count_up_to(contacts.resolve_filter(job.account_id, job.selection.criteria, at), limit + 1)
