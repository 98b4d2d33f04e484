"""Moves: a transaction that claims enrollments of a version that are due, and takes them on.

The database decides what is due; the queue only wakes. A worker that dies leaves nothing behind, because its
transaction is rolled back. A task that comes twice finds nothing due, or takes on others.
"""

import time
from datetime import datetime

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.engine.application.moving.outcomes import Setting
from app.engine.application.moving.walk import Walk
from app.engine.domain.route import Route
from app.engine.domain.scoping import message_steps
from app.engine.infrastructure import positions
from app.engine.infrastructure.life import version_moves
from app.platform import metrics, queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.logs import log
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import WorkflowVersion

MOVE_TASK = "engine.move_all_due"
AT_ONCE = 5_000
SECONDS_IN_A_ROW = 30.0
WAKE_AGAIN_SECONDS = 5.0
REST, MOST_REST_SECONDS = 10, 5.0  # a pause is so many times as long as the look before

_woken: dict[int, float] = {}
_rest_until = 0.0


def move_due(account_id: int, version_id: int, at: datetime | None = None) -> int:
    """Make one move; return how many enrollments it took on.

    Enrollments of contacts that somebody else is changing or removing at the moment are left for later, so
    that a move never waits for them.
    """
    at, began = at or now(), time.perf_counter()
    taken_on = despite_deadlocks(lambda: _move(account_id, version_id, at))
    if taken_on:
        metrics.took(metrics.MOVE_SECONDS, time.perf_counter() - began)
    return taken_on


def move_all_due(account_id: int, version_id: int) -> None:
    """Make moves until nothing of the version is due, or until it is another task's turn."""
    give_way = time.monotonic() + SECONDS_IN_A_ROW
    moved, began = 0, time.perf_counter()
    while time.monotonic() < give_way and not queue.should_stop():
        taken_on = move_due(account_id, version_id)
        moved += taken_on
        if not taken_on:
            break
    if moved:
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        log.info("enrollments_moved", extra={"version": version_id, "moved": moved, "ms": milliseconds})


def wake_movers() -> None:
    """Send a task for each version with enrollments that are due. Called twice a second by the clock; a task
    that is under way or lost is not sent again for WAKE_AGAIN_SECONDS. Where looking takes long, among tens
    of thousands of workflows, it is done less often."""
    global _rest_until
    tick = time.monotonic()
    if tick < _rest_until:
        return
    due = positions.due_versions(now())
    looked = time.monotonic()
    _rest_until = looked + min(REST * (looked - tick), MOST_REST_SECONDS)
    asleep = [
        one for one in due if tick - _woken.get(one.version_id, -WAKE_AGAIN_SECONDS) >= WAKE_AGAIN_SECONDS
    ]
    _woken.update((one.version_id, tick) for one in asleep)
    queue.send_all(MOVE_TASK, asleep)


def _move(account_id: int, version_id: int, at: datetime) -> int:
    forget_snapshot()
    with transaction():
        version = workflows.version_of(account_id, version_id)
        if version is None:
            return 0
        claimed = positions.claim(account_id, version_id, at, AT_ONCE)
        free = contacts.hold_free(account_id, [one.contact_id for one in claimed]) if claimed else set()
        taken_on = [one for one in claimed if one.contact_id in free]
        if taken_on:
            walk = Walk(_setting(version, at), Route(version.parsed))
            walk.take_on(taken_on)
            walk.finish()
        return len(taken_on)


def _setting(version: WorkflowVersion, at: datetime) -> Setting:
    account_id, workflow_id = version.account_id, version.workflow_id
    public_id, name = workflows.identity_of(account_id, workflow_id)
    zone = accounts.worker_actor(account_id).time_zone
    return Setting(
        account_id,
        workflow_id,
        version.id,
        public_id,
        name,
        zone,
        at,
        message_steps(version.parsed),
        version_moves.has_moves(account_id, workflow_id),
    )
