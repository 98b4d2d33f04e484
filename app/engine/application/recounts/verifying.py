"""Verification of workflows, for `verify-workflow`: the numbers that pages show are those of the tables, and
everybody who is under way stands at a step from which they go on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.engine.application.recounts import words
from app.engine.infrastructure import queries, verification
from app.engine.infrastructure.counters import counts, end_counts, source_counts, step_counts
from app.engine.infrastructure.verification import Standing
from app.messaging import application as messaging
from app.platform.database import one_snapshot
from app.platform.database.summed_parts import differing
from app.workflows import application as workflows
from app.workflows.domain import Definition

MOST_DETAILS = 10

Key = TypeVar("Key", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Check:
    """Something that was counted twice, `expected` and `found`, or of which there must be none.

    `details` say where it is wrong.
    """

    says: str
    expected: int
    found: int
    details: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        return self.expected == self.found and not self.details


@dataclass(frozen=True)
class Verified:
    """A workflow and what was found of it."""

    name: str
    status: str
    checks: Sequence[Check]

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


def verify_workflows(actor: Actor, name_or_id: str | None = None) -> Iterator[Verified]:
    """Verify one workflow, or all, one after the other. Reads all their enrollments.

    Raises NotFound, and Conflict if several have that name.
    """
    accounts.require(actor, Permission.REPORTS)
    if name_or_id is not None:
        found: Sequence[int] = [workflows.find_by_name_or_id(actor, name_or_id).id]
    else:
        found = queries.workflow_ids(actor.account_id)
    for workflow_id in found:
        one_snapshot()
        name, status = queries.name_and_status(actor.account_id, workflow_id)
        yield Verified(name, status, list(_checks(actor.account_id, workflow_id)))


def _checks(account_id: int, workflow_id: int) -> Iterator[Check]:
    yield _numbers(account_id, workflow_id)
    yield _passed(account_id, workflow_id)
    yield _ended(account_id, workflow_id)
    yield _entered(account_id, workflow_id)
    yield _results(account_id, workflow_id)
    standing = verification.under_way_by_step(account_id, workflow_id)
    definitions = queries.definitions(account_id, (one.version_id for one in standing))
    lost = [one for one in standing if not _exists(definitions, one)]
    yield _none("People at a step that doesn’t exist in their version", lost)
    stuck = verification.waiting_for_nothing(account_id, workflow_id)
    stuck += verification.waiting_for_no_answer(account_id, workflow_id)
    stuck += [
        one
        for one in verification.waiting_for_no_message(account_id, workflow_id)
        if _sends(definitions, one)
    ]
    yield _none("Active people who wait for nothing", stuck)


def _numbers(account_id: int, workflow_id: int) -> Check:
    wrong = counts.differences(account_id, workflow_id)
    counted = counts.counted(account_id, workflow_id)
    details = [
        _difference(
            f"{one.place.status.replace('_', ' ')} at {one.place.step_id or 'no step'}", one.kept, one.counted
        )
        for one in wrong
    ]
    shown = counted + sum(one.kept - one.counted for one in wrong)
    return Check("Enrollments, as pages show them", counted, shown, _few(details))


def _passed(account_id: int, workflow_id: int) -> Check:
    kept = step_counts.kept(account_id, workflow_id)
    counted = step_counts.counted(account_id, workflow_id)
    return _compared("Passed steps, as pages show them", kept, counted, words.of_step)


def _ended(account_id: int, workflow_id: int) -> Check:
    kept = end_counts.kept(account_id, workflow_id)
    counted = end_counts.counted(account_id, workflow_id)
    return _compared("Ended enrollments by day, as pages show them", kept, counted, words.of_end)


def _entered(account_id: int, workflow_id: int) -> Check:
    kept = source_counts.all_days(account_id, workflow_id)
    counted = source_counts.counted(account_id, workflow_id)
    says = "Enrollments by source and day, as pages show them"
    return _compared(says, kept, counted, words.of_source)


def _results(account_id: int, workflow_id: int) -> Check:
    kept, counted, wrong = messaging.verify_results(account_id, workflow_id)
    details = [_difference(words.of_result(one), one.kept, one.counted) for one in wrong]
    return Check("Results of messages, as pages show them", counted, kept, _few(details))


def _compared(
    says: str, kept: Mapping[Key, int], counted: Mapping[Key, int], say: Callable[[Key], str]
) -> Check:
    details = [_difference(say(key), *both) for key, both in differing(kept, counted).items()]
    return Check(says, sum(counted.values()), sum(kept.values()), _few(details))


def _difference(what: str, kept: int, counted: int) -> str:
    return f"{what}: {kept:,} shown, {counted:,} in the table"


def _none(says: str, found: Sequence[Standing]) -> Check:
    details = [f"{one.enrollments:,} at {one.step_id or 'no step'}" for one in found]
    return Check(says, 0, sum(one.enrollments for one in found), _few(details))


def _exists(definitions: Mapping[int, Definition], standing: Standing) -> bool:
    definition = definitions.get(standing.version_id)
    if definition is None:
        return False
    return definition.step(standing.step_id) is not None if standing.step_id else not definition.steps


def _sends(definitions: Mapping[int, Definition], standing: Standing) -> bool:
    """Return whether they stand at a step that sends messages."""
    definition = definitions.get(standing.version_id)
    step = definition.step(standing.step_id) if definition else None
    return step is not None and step.is_message


def _few(details: Sequence[str]) -> list[str]:
    more = len(details) - MOST_DETAILS
    return [*details[:MOST_DETAILS], *([f"and {more:,} more"] if more > 0 else [])]
