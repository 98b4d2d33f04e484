"""The rows of a batch that may be processed now under the job's limits: all of them, some, or none."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.bulk_enrollment.application.timing.allowance import Allowance, Limits, allowance, use
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.timing.rates import SECOND
from app.bulk_enrollment.infrastructure.store import claims, cutting, jobs
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import queue
from app.platform.clock import now
from app.platform.database import transaction


class MustWait(Exception):
    """Nobody may be enrolled before `until`, at the pace after so many changes. The transaction is rolled
    back."""

    def __init__(self, until: datetime, pace_changes: int) -> None:
        super().__init__(until)
        self.until = until
        self.pace_changes = pace_changes


class TooManyEnrolled(Exception):
    """More people were enrolled than planned and permitted. The transaction is rolled back; the part is
    processed again with so few rows that this cannot happen."""


@dataclass(frozen=True)
class Part:
    """Rows to process in one transaction: those of `claim`. Those of `rest`, if any, stay pending.

    `at` is the time of the enrollments; `limits` and `allowed` are None without limits.
    """

    claim: Claim
    at: datetime
    rest: Claim | None = None
    limits: Limits | None = None
    allowed: Allowance | None = None

    @property
    def makes_way(self) -> bool:
        """Whether the worker should do something else before the rest."""
        return self.rest is not None and self.allowed is not None and self.allowed.is_share

    def count(self, job: EnrollmentJob, outcomes: dict[Outcome, int]) -> None:
        """Count the people who were enrolled. Raises TooManyEnrolled."""
        if self.limits is None or self.allowed is None:
            return
        people = outcomes.get(Outcome.ENROLLED, 0)
        if people > self.allowed.people:
            raise TooManyEnrolled
        use(job, self.limits, self.allowed, self.at, people)


def part_of(job: EnrollmentJob, claim: Claim, limits: Limits, *, is_cautious: bool = False) -> Part:
    """Return the rows of a claimed batch that may be processed in the current transaction.

    As many as are planned to enroll the permitted number of people; if `is_cautious`, no more rows than that
    number. Rows after which nobody is to be enrolled need no permission. Raises MustWait.
    """
    allowed, at = allowance(job, limits)
    planned = claim.expected.get(Outcome.ENROLLED.name, 0) if claim.expected else claim.last_row
    if not allowed.people and (planned or is_cautious):
        raise MustWait(allowed.wait_until, allowed.pace_changes)
    if is_cautious:
        last = min(claim.last_row, claim.first_row + allowed.people - 1)
    elif planned <= allowed.people:
        last = claim.last_row
    else:
        last = cutting.end_of_part(_rows(job, claim.first_row, claim.last_row), allowed.people)
    if last >= claim.last_row:
        return Part(claim, at, None, limits, allowed)
    plan = cutting.plan_of(_rows(job, claim.first_row, last))
    mine = claim._replace(last_row=last, expected=dict(plan.expected), newcomers=plan.newcomers)
    left = Counter(claim.expected) - plan.expected
    rest = claim._replace(first_row=last + 1, expected=dict(left), newcomers=claim.newcomers - plan.newcomers)
    return Part(mine, at, rest, limits, allowed)


def can_wait_here(until: datetime, may_go_on: Callable[[], bool]) -> bool:
    """Wait for the next window of a limit per second. Return False without waiting for any longer time, or
    if the worker is needed for something else."""
    seconds = (until - now()).total_seconds()
    if seconds > SECOND or not may_go_on() or queue.length("bulk"):
        return False
    time.sleep(max(0.0, seconds))
    return may_go_on()


def wait(job: EnrollmentJob, claim: Claim, limited: MustWait) -> None:
    """Give a claimed batch back; the job begins no other for so long, unless its pace has changed since."""
    with transaction():
        if claims.give_back(job.account_id, claim):
            jobs.wait_until(job.account_id, job.id, limited.until, limited.pace_changes)


def _rows(job: EnrollmentJob, first: int, last: int) -> Range:
    return Range(job.account_id, job.id, job.selection.identifier, first, last, first)
