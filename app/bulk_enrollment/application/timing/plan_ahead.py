"""What can be said before a job starts: whether its timing is possible, and when its people leave."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.bulk_enrollment.domain.options import JobOptions, start_problem
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.errors import Invalid
from app.platform.text.pace import DripPlan, drip_plan

TOO_SLOW = "At this pace it would take more than a year. Add more people at a time, or add them more often."


@dataclass(frozen=True)
class TimePlan:
    """When a job starts (None: at once) and, if it is spread over time, when its people leave."""

    starts_at: datetime | None
    zone: str
    drip: DripPlan | None


def time_plan(options: JobOptions, people: int, now: datetime, zone: str) -> TimePlan:
    """Return the plan of a job that has not started. `zone` is the account's time zone."""
    start = options.scheduled_at or now
    drip = options.drip and options.drip.starting(start)
    ahead = drip_plan(drip, start, people) if drip else None
    return TimePlan(options.scheduled_at, options.time_zone or zone, ahead)


def check_timing(options: JobOptions, kind: str, people: int, now: datetime) -> None:
    """Check when a job starts and at which pace. Raises Invalid with `fields`."""
    if options.scheduled_at is not None and (problem := start_problem(options.scheduled_at, now)):
        raise Invalid.in_fields({"scheduled_at": problem})
    if options.drip is None:
        return
    if kind != "enroll":
        raise Invalid.in_fields(
            {"drip_people": "Only people who are added to a workflow can be spread over time."}
        )
    if drip_plan(options.drip, options.scheduled_at or now, people).last is None:
        raise Invalid.in_fields({"drip_people": TOO_SLOW})


def with_start(options: JobOptions, start: datetime) -> JobOptions:
    """Return the options of a job that starts at a moment, from which portions by days get their time."""
    return replace(options, drip=options.drip.starting(start)) if options.drip else options


def people_of(job: EnrollmentJob) -> int:
    """Return how many people a job is going to enroll: as planned, or at most, before it is planned."""
    return job.expected.get(Outcome.ENROLLED.name, 0) if job.planned_at else job.total
