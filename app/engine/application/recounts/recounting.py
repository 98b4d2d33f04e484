"""Repair of the numbers of enrollments, steps, and messages that pages show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.engine.application.recounts import words
from app.engine.infrastructure import queries
from app.engine.infrastructure.counters import counts, end_counts, source_counts, step_counts
from app.messaging import application as messaging
from app.platform.database import one_after_another, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.summed_parts import differing
from app.platform.logs import log

Key = TypeVar("Key", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Correction:
    """A wrong number of a workflow (empty if it has been deleted), and what it is of."""

    workflow: str
    what: str
    shown: int
    counted: int


def recount_enrollments(actor: Actor) -> Sequence[Correction]:
    """Count the account's enrollments, passed steps, ends, and results of messages; correct the numbers that
    differ, and return those. Reads all enrollments and messages."""
    accounts.require(actor, Permission.ACCOUNT)
    account_id = actor.account_id
    corrections = _in_turn(lambda: _standing(account_id))
    for workflow_id in queries.workflow_ids(account_id):
        corrections += _in_turn(partial(_of_workflow, account_id, workflow_id))
    log.info("enrollments_recounted", extra={"account_id": account_id, "corrected": len(corrections)})
    return corrections


def _in_turn(correct: Callable[[], Iterator[Correction]]) -> list[Correction]:
    """Correct numbers in a transaction of their own. Two at once would both add the same differences: one of
    them is tried again. It takes minutes, and nobody else has to wait: each writer of enrollments changes
    their numbers in the same transaction, so a snapshot has both or neither."""

    def once() -> list[Correction]:
        one_after_another()
        with transaction():
            return list(correct())

    return despite_deadlocks(once)


def _standing(account_id: int) -> Iterator[Correction]:
    wrong = counts.differences(account_id)
    counts.correct(account_id, wrong)
    names = queries.workflow_names(account_id, sorted({one.place.workflow_id for one in wrong}))
    for one in wrong:
        name, *_ = names.get(one.place.workflow_id, ("", "", False))
        yield Correction(name, one.place.status.replace("_", " "), one.kept, one.counted)


def _of_workflow(account_id: int, workflow_id: int) -> Iterator[Correction]:
    """Correct the other numbers of a workflow, unless it has been deleted in the meantime."""
    if found := queries.workflow_names(account_id, [workflow_id]):
        name, *_ = found[workflow_id]
        yield from (Correction(name, *one) for one in _others(account_id, workflow_id))


def _others(account_id: int, workflow_id: int) -> Iterator[tuple[str, int, int]]:
    """Correct them; yield (what, shown, counted)."""
    of = (account_id, workflow_id)
    passed = differing(step_counts.kept(*of), step_counts.counted(*of))
    step_counts.correct(*of, _lacking(passed))
    for step, both in passed.items():
        yield (f"passed {words.of_step(step)}", *both)
    ended = differing(end_counts.kept(*of), end_counts.counted(*of))
    end_counts.correct(account_id, _lacking(ended))
    for end, both in ended.items():
        yield (words.of_end(end), *both)
    entered = differing(source_counts.all_days(*of), source_counts.counted(*of))
    source_counts.correct(*of, _lacking(entered))
    for entry, both in entered.items():
        yield (f"enrolled by {words.of_source(entry)}", *both)
    for one in messaging.correct_results(*of):
        yield words.of_result(one), one.kept, one.counted


def _lacking(wrong: Mapping[Key, tuple[int, int]]) -> dict[Key, int]:
    return {key: counted - kept for key, (kept, counted) in wrong.items()}
