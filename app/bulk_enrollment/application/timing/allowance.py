"""How many people a job may enroll now: its drip, and the rate limits of its account and of all accounts.

Counted in the transaction that enrolls, so that exactly the permitted number is enrolled, whatever workers
do. A job without any limit costs nothing extra.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.accounts import application as accounts
from app.bulk_enrollment.domain.timing.rates import MINUTE, SECOND, Rate, free
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.bulk_enrollment.infrastructure.timing import counts
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.settings import UNLIMITED, current
from app.platform.text.pace import Drip, Portion, turn

KEPT = timedelta(minutes=5)  # longer than any window


@dataclass(frozen=True)
class Limits:
    """What limits a job: rates, the shared one last, and its drip. False if nothing does.

    `pace_changes` is how often the pace had been changed when the limits were read.
    """

    rates: tuple[Rate, ...] = ()
    drip: Drip | None = None
    pace_changes: int = 0

    def __bool__(self) -> bool:
        return bool(self.rates or self.drip)


@dataclass(frozen=True)
class Allowance:
    """So many people may be enrolled by this transaction; if none, the next ones may at `wait_until`.

    `is_share`: a rate permits more, but other jobs are to have their turn first. `pace_changes` is how often
    the pace had been changed when this was decided.
    """

    people: int
    wait_until: datetime
    is_share: bool = False
    portion: Portion | None = None
    pace_changes: int = 0


def limits_of(job: EnrollmentJob) -> Limits:
    """Return the limits of a job that has just been read. An import has none."""
    if job.kind != "enroll" or job.workflow_id is None:
        return Limits(pace_changes=job.pace_changes)
    settings = current()
    own = [
        Rate(accounts.limit_of(job.account_id, name, settings.account_limits[name]), seconds)
        for name, seconds in (("enrollments_per_minute", MINUTE), ("enrollments_per_second", SECOND))
    ]
    shared = Rate(settings.max_enrollments_per_minute_overall or UNLIMITED, MINUTE, is_shared=True)
    rates = tuple(rate for rate in (*own, shared) if rate.people < UNLIMITED)
    return Limits(rates, job.options.drip, job.pace_changes)


def allowance(job: EnrollmentJob, limits: Limits) -> tuple[Allowance, datetime]:
    """Return what the job may enroll in the current transaction, and the moment that it is counted at.

    Other transactions that enroll under the same limits wait until this one ends. Jobs that run at the same
    time share what a rate leaves, so that a large job does not use all of it.
    """
    if limits.rates:
        counts.lock(job.account_id, is_shared=any(rate.is_shared for rate in limits.rates))
    # The pace may have been changed since the job was read.
    drip, portion, changes = None, Portion(), limits.pace_changes
    if limits.drip:
        drip, portion, changes = counts.lock_pace(job.account_id, job.id)
    at = now()
    allowed = Allowance(UNLIMITED, at, pace_changes=changes)
    if drip:
        start = job.options.scheduled_at or at
        mine = turn(drip, portion, start, at)
        allowed = Allowance(mine.people, mine.wait_until, portion=mine.portion, pace_changes=changes)
    for rate in limits.rates:
        allowed = _within(rate, job.account_id, allowed, at)
    return allowed, at


def _within(rate: Rate, account_id: int, allowed: Allowance, at: datetime) -> Allowance:
    left = free(rate, counts.enrolled_since(account_id, at - rate.window, rate.is_shared), at)
    if not left.people:
        until = left.wait_until if allowed.people else max(allowed.wait_until, left.wait_until)
        return replace(allowed, people=0, wait_until=until)
    if left.people >= allowed.people:
        return allowed
    share = max(1, -(-left.people // max(1, counts.jobs_at_work(account_id, at, rate.is_shared))))
    if share >= min(allowed.people, left.people):
        return replace(allowed, people=min(allowed.people, left.people))
    return replace(allowed, people=share, is_share=True)


def use(job: EnrollmentJob, limits: Limits, allowed: Allowance, at: datetime, people: int) -> None:
    """Count `people` whom the current transaction enrolls. At most the allowed number."""
    if limits.rates and people:
        counts.record(job.account_id, at, people)
    if allowed.portion is not None:
        portion = allowed.portion._replace(taken=allowed.portion.taken + people)
        counts.save_portion(job.account_id, job.id, portion)


def forget_old_counts() -> None:
    """Delete the counts that no window reaches any more."""
    with transaction():
        counts.forget_before(now() - KEPT)
