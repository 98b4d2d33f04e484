"""The numbers of several workflows together, such as all that were made from a template (T-18)."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.engine.domain import EnrollmentStatus
from app.engine.domain.proportions import share
from app.engine.infrastructure.counters import counts
from app.messaging import application as messaging
from app.messaging.application import Result

FEWEST_ENROLLED: Final = 20
"""Below so many enrollments, or messages, a rate says nothing."""


@dataclass(frozen=True)
class Totals:
    """Enrollments and messages of workflows since they were made. Rates are None while there are too few."""

    statuses: Mapping[str, int]
    results: Mapping[str, int]

    @property
    def enrolled(self) -> int:
        return sum(self.statuses.values())

    @property
    def sent(self) -> int:
        return self.results.get(Result.SENT, 0)

    @property
    def goal_rate(self) -> float | None:
        return self._of_enrolled(EnrollmentStatus.GOAL_REACHED)

    @property
    def completion_rate(self) -> float | None:
        """The share of enrollments that reached a goal or the end."""
        return self._of_enrolled(EnrollmentStatus.GOAL_REACHED, EnrollmentStatus.COMPLETED)

    def message_rate(self, result: str) -> float | None:
        return share(self.results.get(result, 0), self.sent) if self.sent >= FEWEST_ENROLLED else None

    def _of_enrolled(self, *statuses: str) -> float | None:
        part = sum(self.statuses.get(status, 0) for status in statuses)
        return share(part, self.enrolled) if self.enrolled >= FEWEST_ENROLLED else None


def totals_of(actor: Actor, groups: Mapping[int, Collection[int]]) -> dict[int, Totals]:
    """Return the numbers of each group of workflows of the account, given as {key: workflow ids}."""
    require(actor, Permission.REPORTS)
    group_of = {workflow_id: key for key, ids in groups.items() for workflow_id in ids}
    statuses = {key: Counter[str]() for key in groups}
    results = {key: Counter[str]() for key in groups}
    if group_of:
        ids = sorted(group_of)
        for (workflow_id, status), number in counts.of_workflows(actor.account_id, ids).items():
            statuses[group_of[workflow_id]][status] += number
        for (workflow_id, result), number in messaging.results_of(actor.account_id, ids).items():
            results[group_of[workflow_id]][result] += number
    return {key: Totals(statuses[key], results[key]) for key in groups}
