"""Planning messages, and withdrawing them before they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.messaging.infrastructure import planning, recipients


@dataclass(frozen=True)
class Origin:
    """The step that plans messages, on a `channel` (email or sms), about a topic, if it names one."""

    channel: str
    workflow_id: int
    version_id: int
    step_id: str
    topic: str = ""


def plan(account_id: int, origin: Origin, people: Sequence[tuple[int, int, int]], at: datetime) -> int:
    """Plan a message for each of (enrollment id, contact id, visit), to be sent at once, in the caller's
    transaction; return how many are new."""
    return planning.plan(account_id, people, _values(origin, at))


def take_up(
    account_id: int, origin: Origin, people: Sequence[tuple[int, int, int]], at: datetime
) -> set[int]:
    """Plan messages of (enrollment id, contact id, visit) again that were withdrawn when people were moved
    away from their step; return the enrollments whose message has been settled otherwise."""
    visits = {enrollment_id: visit for enrollment_id, _, visit in people}
    return planning.take_up(account_id, origin.step_id, visits, _values(origin, at))


def _values(origin: Origin, at: datetime) -> dict[str, Any]:
    return {
        "channel": origin.channel,
        "workflow_id": origin.workflow_id,
        "version_id": origin.version_id,
        "step_id": origin.step_id,
        "topic": origin.topic or None,
        "planned_at": at,
        "due_at": at,
    }


def withdraw(account_id: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """Withdraw the messages of enrollments that have ended, if they are not sent yet."""
    if enrollment_ids:
        planning.withdraw(account_id, enrollment_ids, at)


def plan_again(account_id: int, enrollment_ids: Sequence[int], withdrawn_at: datetime) -> list[int]:
    """Plan the messages of enrollments again that were withdrawn at that moment; return the enrollments for
    which no message is still to come."""
    if not enrollment_ids:
        return []
    recipients.plan_again(account_id, enrollment_ids, withdrawn_at)
    return recipients.without_message(account_id, enrollment_ids)


def change_version(
    account_id: int, enrollment_ids: Sequence[int], version_id: int, topics: Mapping[str, str]
) -> None:
    """Let the planned messages of enrollments say what a version of the workflow says, in which their steps
    exist; `topics` are {step id: topic} of it."""
    if enrollment_ids:
        planning.change_version(account_id, enrollment_ids, version_id, topics)
