"""Changing the pace of a job that has been started or scheduled.

It holds for everybody who has not been added yet. Portions that have left stay as they were. Batches in
progress finish at the pace that they began with, unless that was a drip: each transaction of a drip reads it
again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.control.locked_jobs import locked_job, refuse_if_over
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.jobs.dispatch import dispatch
from app.bulk_enrollment.application.jobs.progress import publish
from app.bulk_enrollment.application.timing.plan_ahead import TOO_SLOW, people_of
from app.bulk_enrollment.domain.job import DRY_RUN, FINISHED, JobStatus
from app.bulk_enrollment.domain.options import pace_problems
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.figures import job_figures
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.bulk_enrollment.infrastructure.timing import counts
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, Invalid
from app.platform.text.pace import (
    Drip,
    DripPlan,
    Portion,
    drip_plan,
    plan_left,
    portion_after_change,
)
from app.platform.text.pace_words import pace_words


@dataclass(frozen=True)
class PacePlan:
    """What a change of pace would do: how many `people` are left, and when they leave (None: all at once)."""

    people: int
    drip: DripPlan | None


def pace_plan(actor: Actor, public_id: str, drip: Drip | None) -> PacePlan:
    """Return when the people who are left would leave at another pace. Raises like `change_pace`."""
    accounts.require(actor, Permission.WORKFLOWS)
    job = find_job(actor, public_id)
    _refuse(job)
    return _plan(job, drip, job.options.drip, Portion(job.portion_at, job.portion_people), now())


def change_pace(actor: Actor, public_id: str, drip: Drip | None) -> None:
    """Change the pace of a job that has not ended; None adds all people who are left at once.

    Raises NotFound, NotAllowed, Invalid (`fields`), and Conflict for a job that has not been started, is
    over, or enrolls nobody.
    """
    with transaction():
        job = locked_job(actor, public_id)
        _refuse(job)
        earlier, portion, changes = counts.lock_pace(job.account_id, job.id)
        at = now()
        _plan(job, drip, earlier, portion, at)
        changed = drip and drip.instead_of(earlier, _anchor(job, earlier, portion, at))
        if changed == earlier:
            return
        portion = portion_after_change(portion, earlier, changed)
        jobs.change(
            job.account_id,
            job.id,
            options=replace(job.options, drip=changed),
            portion_at=portion.at,
            portion_people=portion.taken,
            pace_changes=changes + 1,
            not_before=job.not_before if job.status == JobStatus.SCHEDULED else None,
        )
        publish(job, "job_pace_changed")
        words = pace_words(changed) if changed else ""
        activity.record(actor, "job_pace_changed", "job", job.public_id, kind=job.kind, pace=words)
        after_commit(lambda: dispatch(job.account_id))


def people_left(job: EnrollmentJob) -> int:
    """Return how many people a job is still going to enroll: as planned, or at most, before it is planned."""
    people = people_of(job)
    if job.planned_at is None:
        return people
    enrolled: int = job_figures(job.account_id, [job.id])[job.id].outcomes.get(Outcome.ENROLLED.name, 0)
    return max(0, people - enrolled)


def can_change_pace(job: EnrollmentJob) -> bool:
    """Return whether the job enrolls people and has not ended."""
    over = FINISHED | DRY_RUN | {JobStatus.CANCELLING}
    return job.kind == "enroll" and job.status not in over


def _refuse(job: EnrollmentJob) -> None:
    if can_change_pace(job):
        return
    refuse_if_over(job)
    if job.status in DRY_RUN:
        raise Conflict("CONFLICT", "This job hasn’t been started. Choose its pace before you start it.")
    raise Conflict("CONFLICT", "Only people who are added to a workflow can be spread over time.")


def _plan(
    job: EnrollmentJob, drip: Drip | None, earlier: Drip | None, portion: Portion, at: datetime
) -> PacePlan:
    """Return the plan of a new pace. Raises Invalid for one that is not valid or takes too long."""
    people = people_left(job)
    if drip is None:
        return PacePlan(people, None)
    problems = pace_problems(drip)
    if not problems:
        start = _start(job, at)
        drip = drip.instead_of(earlier, _anchor(job, earlier, portion, at))
        portion = portion_after_change(portion, earlier, drip)
        scheduled = job.status == JobStatus.SCHEDULED
        plan = drip_plan(drip, start, people) if scheduled else plan_left(drip, portion, start, at, people)
        if plan.last is not None:
            return PacePlan(people, plan)
        problems = {"drip_people": TOO_SLOW}
    raise Invalid.in_fields(problems)


def _start(job: EnrollmentJob, at: datetime) -> datetime:
    """Return the moment from which the first portion may leave."""
    if job.status == JobStatus.SCHEDULED:
        return max(job.options.scheduled_at or at, at)
    return job.options.scheduled_at or at


def _anchor(job: EnrollmentJob, earlier: Drip | None, portion: Portion, at: datetime) -> datetime:
    """Return the moment whose time of day portions by days get: that of the latest portion, if there is
    one."""
    return portion.at if earlier and portion.at else _start(job, at)
