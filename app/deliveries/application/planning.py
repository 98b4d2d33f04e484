"""Planning deliveries, and withdrawing them before they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.deliveries.domain.hosts import host_of
from app.deliveries.infrastructure import planning


@dataclass(frozen=True)
class Origin:
    """The step that plans deliveries: its request, and `on_failure`, what becomes of the enrollment if the
    request fails for good."""

    workflow_id: int
    version_id: int
    step_id: str
    method: str
    url: str
    on_failure: str


def plan(account_id: int, origin: Origin, people: Sequence[tuple[int, int, int]], at: datetime) -> int:
    """Plan a delivery for each of (enrollment id, contact id, visit), to be sent at once, in the caller's
    transaction; return how many are new."""
    return planning.plan(account_id, people, _values(origin, at))


def take_up(
    account_id: int, origin: Origin, people: Sequence[tuple[int, int, int]], at: datetime
) -> set[int]:
    """Plan deliveries of (enrollment id, contact id, visit) again that were withdrawn when people were moved
    away from their step; return the enrollments whose delivery has been settled otherwise."""
    visits = {enrollment_id: visit for enrollment_id, _, visit in people}
    return planning.take_up(account_id, origin.step_id, visits, _values(origin, at))


def _values(origin: Origin, at: datetime) -> dict[str, Any]:
    return {
        "workflow_id": origin.workflow_id,
        "version_id": origin.version_id,
        "step_id": origin.step_id,
        "method": origin.method,
        "url": origin.url,
        "host": host_of(origin.url),
        "on_failure": origin.on_failure,
        "planned_at": at,
        "due_at": at,
    }


def withdraw(account_id: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """Withdraw the deliveries of enrollments that have ended, if they are not sent yet."""
    if enrollment_ids:
        planning.withdraw(account_id, enrollment_ids, at)


def plan_again(account_id: int, enrollment_ids: Sequence[int], withdrawn_at: datetime) -> set[int]:
    """Plan the deliveries again that were withdrawn when these enrollments ended at that moment. Return which
    of the enrollments have a delivery that is not settled."""
    return planning.plan_again(account_id, enrollment_ids, withdrawn_at) if enrollment_ids else set()
