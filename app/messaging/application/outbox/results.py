"""What became of the messages of workflows, in numbers that are kept as it happens."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from app.messaging.domain.results import Result
from app.messaging.infrastructure import message_counts
from app.platform.database.summed_parts import differing


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


def results_of(account_ids: Sequence[int], workflow_ids: Sequence[int]) -> Mapping[tuple[str, str], int]:
    """Return {(channel, result): number of messages} of workflows of these accounts, which the caller may
    see."""
    return message_counts.of_workflows(account_ids, workflow_ids)


def verify_results(account_id: int, workflow_id: int) -> tuple[int, int, list[ResultDifference]]:
    """Return how many results of a workflow are kept, how many there are, and the differences. Slow."""
    kept = message_counts.kept(account_id, workflow_id)
    counted = message_counts.counted(account_id, workflow_id)
    wrong = differing(kept, counted)
    return sum(kept.values()), sum(counted.values()), _differences(wrong)


def correct_results(account_id: int, workflow_id: int) -> list[ResultDifference]:
    """Correct the results of a workflow in the caller's transaction, which sees a snapshot; return the
    differences. Slow."""
    kept = message_counts.kept(account_id, workflow_id)
    wrong = differing(kept, message_counts.counted(account_id, workflow_id))
    message_counts.correct(account_id, {key: counted - shown for key, (shown, counted) in wrong.items()})
    return _differences(wrong)


def _differences(wrong: Mapping[message_counts.Key, tuple[int, int]]) -> list[ResultDifference]:
    return [ResultDifference(key.step_id, Result(key.result), key.day, *both) for key, both in wrong.items()]
