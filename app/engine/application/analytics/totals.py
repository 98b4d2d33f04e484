"""The numbers of several workflows together, such as all that were made from a template (T-18). An agency
counts those of its sub-accounts, too."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.engine.application.analytics.numbers import REACTIONS, MessageNumbers
from app.engine.domain import EnrollmentStatus
from app.engine.domain.proportions import share
from app.engine.infrastructure.counters import counts, end_counts, source_counts
from app.messaging import application as messaging
from app.messaging.application import Result

FEWEST_ENROLLED: Final = 20
"""Below so many enrollments, or messages, a rate says nothing."""


@dataclass(frozen=True)
class Totals:
    """Enrollments in workflows by status. Rates are None while there are too few."""

    statuses: Mapping[str, int]

    @property
    def enrolled(self) -> int:
        return sum(self.statuses.values())

    @property
    def goal_reached(self) -> int:
        return self.statuses.get(EnrollmentStatus.GOAL_REACHED, 0)

    @property
    def completed(self) -> int:
        """How many reached a goal or the end."""
        return self.goal_reached + self.statuses.get(EnrollmentStatus.COMPLETED, 0)

    @property
    def goal_rate(self) -> float | None:
        return self._of_enrolled(self.goal_reached)

    @property
    def completion_rate(self) -> float | None:
        """The share of enrollments that reached a goal or the end."""
        return self._of_enrolled(self.completed)

    def _of_enrolled(self, part: int) -> float | None:
        return share(part, self.enrolled) if self.enrolled >= FEWEST_ENROLLED else None


@dataclass(frozen=True)
class Cohort:
    """People who were enrolled in a month, and those of them who have reached a goal or the end so far."""

    enrolled: int = 0
    completed: int = 0

    @property
    def completion_rate(self) -> float | None:
        """None while there are too few people."""
        return share(self.completed, self.enrolled) if self.enrolled >= FEWEST_ENROLLED else None


@dataclass(frozen=True)
class MessageTotals:
    """Messages of workflows since they were made."""

    numbers: MessageNumbers

    @property
    def sent(self) -> int:
        return self.numbers.sent

    @property
    def rates(self) -> dict[str, float | None]:
        """The share of each reaction; None while too few messages could have it."""
        found = self.numbers
        return {
            one.value: found.rate(one) if found.base(one) >= FEWEST_ENROLLED else None for one in REACTIONS
        }


def totals_of(actor: Actor, groups: Mapping[int, Collection[int]]) -> dict[int, Totals]:
    """Return the enrollments of each group of workflows, given as {key: workflow ids}, of the account and its
    sub-accounts."""
    accounts.require(actor, Permission.REPORTS)
    group_of = {workflow_id: key for key, ids in groups.items() for workflow_id in ids}
    statuses = {key: Counter[str]() for key in groups}
    if group_of:
        found = counts.of_workflows(accounts.with_sub_accounts(actor), sorted(group_of))
        for (workflow_id, status), number in found.items():
            statuses[group_of[workflow_id]][status] += number
    return {key: Totals(statuses[key]) for key in groups}


def cohorts_of(
    actor: Actor, groups: Mapping[int, Collection[int]], since: date
) -> dict[int, dict[date, Cohort]]:
    """Return {key: {first day of a month: people who were enrolled in it}} of each group of workflows of the
    account and its sub-accounts, from the month that begins on `since`."""
    accounts.require(actor, Permission.REPORTS)
    group_of = {workflow_id: key for key, ids in groups.items() for workflow_id in ids}
    months: dict[int, dict[date, list[int]]] = {key: {} for key in groups}
    if group_of:
        of = (accounts.with_sub_accounts(actor), sorted(group_of), since)
        for place, numbers in enumerate((source_counts.by_month(*of), end_counts.completed_by_month(*of))):
            for (workflow_id, month), number in numbers.items():
                months[group_of[workflow_id]].setdefault(month, [0, 0])[place] += number
    return {key: {month: Cohort(*both) for month, both in found.items()} for key, found in months.items()}


def messages_of(actor: Actor, workflow_ids: Collection[int]) -> MessageTotals:
    """Return the messages of workflows of the account and its sub-accounts."""
    accounts.require(actor, Permission.REPORTS)
    results: Counter[str] = Counter()
    texts = 0
    if workflow_ids:
        found = messaging.results_of(accounts.with_sub_accounts(actor), sorted(workflow_ids))
        for (channel, result), number in found.items():
            results[result] += number
            texts += number if (channel, result) == ("sms", Result.SENT) else 0
    return MessageTotals(MessageNumbers(results, texts))
