"""What a job that has been started or scheduled waits for, and when its people leave."""

from dataclasses import replace
from datetime import datetime

from app.bulk_enrollment.domain.job import FINISHED, RUNNING, JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.timing.texts import Timing
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.text import formats
from app.platform.text.pace import DripPlan, Portion, drip_plan, plan_left


def timing_of(job: EnrollmentJob, enrolled: int, at: datetime, ahead: int = 0) -> Timing:
    """Return the timing of a job of which so many people are enrolled."""
    drip = job.options.drip
    zone = job.options.time_zone or (drip.zone if drip else formats.zone.get())
    is_scheduled = job.status == JobStatus.SCHEDULED
    return Timing(
        now=at,
        zone=zone,
        starts_at=job.not_before if is_scheduled else None,
        waits_until=job.not_before if job.status in RUNNING else None,
        drip=drip,
        plan=_plan(job, enrolled, at) if drip and job.status not in FINISHED else None,
        ahead=ahead,
        missed_at=job.options.scheduled_at if job.has_missed_start else None,
    )


def _plan(job: EnrollmentJob, enrolled: int, at: datetime) -> DripPlan | None:
    """Return when the people leave who are left, or None before they are counted."""
    drip, start = job.options.drip, job.options.scheduled_at or at
    if drip is None:
        return None
    if job.planned_at is None:
        return drip_plan(drip, max(start, at), job.total) if job.status == JobStatus.SCHEDULED else None
    left = max(0, job.expected.get(Outcome.ENROLLED.name, 0) - enrolled)
    if job.status == JobStatus.SCHEDULED:
        return drip_plan(drip, max(start, at), left)
    return plan_left(drip, Portion(job.portion_at, job.portion_people), start, at, left)


def with_time_left(progress: Progress, timing: Timing) -> Progress:
    """Return the progress of a job with the time left of its drip, whose rate says nothing."""
    if timing.drip is None or progress.is_over:
        return progress
    last = timing.plan.last if timing.plan and progress.status in RUNNING else None
    left = max(0.0, (last - timing.now).total_seconds()) if last else None
    return replace(progress, rate=None, seconds_left=left)
