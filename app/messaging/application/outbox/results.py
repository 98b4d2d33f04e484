"""What became of the messages of workflows, in numbers that are kept as it happens."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from app.messaging.domain.results import Result
from app.messaging.infrastructure import message_counts


class ResultDifference(NamedTuple):
    """A number of messages that is not that of the table."""

    step_id: str
    result: Result
    day: date
    kept: int
    counted: int


def results_by_step(
    account_id: int, workflow_id: int, first: date | None = None, last: date | None = None
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Return {(step id, result): (number of messages, latest version)} of those that were sent on these days
    (UTC), or ever. Failed and skipped messages are those that failed or were skipped on these days."""
    return message_counts.by_step(account_id, workflow_id, first, last)


def results_of(account_id: int, workflow_ids: Sequence[int]) -> Mapping[tuple[int, str], int]:
    """Return {(workflow id, result): number of messages} of workflows."""
    return message_counts.of_workflows(account_id, workflow_ids)


def verify_results(account_id: int, workflow_id: int) -> tuple[int, int, list[ResultDifference]]:
    """Return how many results of a workflow are kept, how many there are, and the differences. Slow."""
    kept = message_counts.kept(account_id, workflow_id)
    counted = message_counts.counted(account_id, workflow_id)
    return sum(kept.values()), sum(counted.values()), list(_differences(kept, counted))


def _differences(
    kept: Mapping[message_counts.Key, int], counted: Mapping[message_counts.Key, int]
) -> Iterator[ResultDifference]:
    for key in sorted(kept.keys() | counted.keys()):
        both = kept.get(key, 0), counted.get(key, 0)
        if both[0] != both[1]:
            yield ResultDifference(key.step_id, Result(key.result), key.day, *both)
