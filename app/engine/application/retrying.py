"""Enrollments that failed go on at the step where they did, when somebody says so (E-09).

A retry of many has a row until it is finished, so that the clock finds what a lost task, a suspension or a
pause of the workflow has left.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.engine.application.reading import step_labels
from app.engine.domain import END_WORDS, EnrollmentStatus
from app.engine.infrastructure import failed
from app.engine.infrastructure.counters import counts, end_counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.counters.end_counts import End, end_of
from app.engine.infrastructure.failed import Which
from app.engine.infrastructure.life import retries
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.errors import Conflict
from app.workflows import application as workflows
from app.workflows.domain import Status

RETRY_TASK: Final = "engine.retry_rest"
AT_ONCE: Final = 5_000
NOT_ACTIVE: Final = "Activate this workflow first. Until then, nobody can continue in it."


@dataclass(frozen=True)
class FailedGroup:
    """The enrollments that failed at a step for a reason: `step` and `why` in words."""

    step_id: str
    reason: str
    step: str
    why: str
    people: int


def failed_groups(actor: Actor, public_id: str) -> list[FailedGroup]:
    """Return the failed enrollments of a workflow by step and reason, the largest groups first. Raises
    NotFound."""
    accounts.require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, public_id)
    found = failed.by_step_and_reason(actor.account_id, workflow.id)
    labels = step_labels(actor.account_id, {version_id for version_id, *_ in found})
    people: Counter[tuple[str, str, str]] = Counter()
    for (version_id, step_id, reason), number in found.items():
        people[step_id, reason, labels.get((version_id, step_id), "")] += number
    return [
        FailedGroup(step_id, reason, step, END_WORDS.get(reason, "unknown error"), number)
        for (step_id, reason, step), number in people.most_common()
    ]


def retry_failed(actor: Actor, public_id: str, which: Which = Which()) -> int:  # noqa: B008
    """Let failed enrollments of a workflow go on at the step where they failed; return how many do at once.
    Those beyond AT_ONCE follow in the background.

    Whoever is in the workflow again, or may not be contacted, stays as it is. Raises NotFound, and Conflict
    if the workflow is not active.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = workflows.find_workflow(actor, public_id)
    if workflow.status != Status.ACTIVE:
        raise Conflict("WORKFLOW_NOT_ACTIVE", NOT_ACTIVE, status=workflow.status)
    account_id, workflow_id = actor.account_id, workflow.id

    def retried() -> int:
        with transaction():
            people = _retry(account_id, workflow_id, which)
            if people:
                activity.record(
                    actor, "failed_retried", "workflow", public_id, name=workflow.name, people=people
                )
            if people == AT_ONCE:
                retries.remember(account_id, workflow_id, which, now())
                rest = (account_id, workflow_id, which.step_id or "", which.reason or "")
                after_commit(lambda: queue.send(RETRY_TASK, *rest))
        return people

    return despite_deadlocks(retried)


def retry_rest(account_id: int, workflow_id: int, step_id: str, reason: str) -> None:
    """Let the remaining failed enrollments go on, in pieces; empty texts stand for any step and reason."""
    which = Which(step_id or None, reason or None)
    while not queue.should_stop() and despite_deadlocks(lambda: _retry_piece(account_id, workflow_id, which)):
        pass


def resume_retries() -> None:
    """Send the task for retries that are not finished."""
    queue.send_all(RETRY_TASK, retries.unfinished())


def remember_rest(account_id: int, workflow_id: int, step_id: str, reason: str) -> None:
    """Let the clock find the rest of a retry that the previous release has sent as a task alone."""
    with transaction():
        retries.remember(account_id, workflow_id, Which(step_id or None, reason or None), now())


def _retry_piece(account_id: int, workflow_id: int, which: Which) -> bool:
    """Let some go on; return whether there may be more. A paused workflow goes on with it when it is active
    again; one that is archived doesn’t."""
    with transaction():
        asked_at = retries.lock(account_id, workflow_id, which)
        status = workflows.state_of(account_id, workflow_id)
        if asked_at is None or status == Status.PAUSED:
            return False
        is_left = (
            status == Status.ACTIVE
            and _retry(account_id, workflow_id, which._replace(until=asked_at)) == AT_ONCE
        )
        if not is_left:
            retries.remove(account_id, workflow_id, which)
        return is_left


def _retry(account_id: int, workflow_id: int, which: Which) -> int:
    changes: Counter[Place] = Counter()
    ends: Counter[End] = Counter()
    retried = failed.retry(account_id, workflow_id, which, AT_ONCE, now())
    status = EnrollmentStatus.FAILED.value
    for version_id, step_id, reason, enrolled_at in retried:
        place = Place(workflow_id, version_id, step_id or "", status)
        changes[place] -= 1
        changes[place._replace(status=EnrollmentStatus.ACTIVE.value)] += 1
        ends[end_of(workflow_id, version_id, step_id, status, reason, enrolled_at, None)] -= 1
    counts.change(account_id, changes)
    end_counts.change(account_id, ends)
    return len(retried)
