"""People move to the new version of their workflow, and back: one job, in pieces (E-08).

Each piece is one transaction with its record of where everybody stood, so nobody is moved twice, whoever is
killed. The clock sends the task again until the move is finished.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.deliveries import application as deliveries
from app.engine.application.changing.planning import check_choices, plan_for
from app.engine.domain import REMOVED, EndReason, WaitsFor
from app.engine.domain.version_moves import Destination, MoveStatus, Way, destination
from app.engine.infrastructure import queries, returning
from app.engine.infrastructure.counters import counts, end_counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.counters.end_counts import End, end_of
from app.engine.infrastructure.life import version_moves
from app.engine.infrastructure.life.tables import VersionMove
from app.engine.infrastructure.life.version_moves import Older, Recorded, Standing
from app.messaging import application as messaging
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list
from app.platform.errors import Conflict
from app.workflows import application as workflows
from app.workflows.domain import Definition

MOVE_PEOPLE_TASK: Final = "engine.move_people"
AT_ONCE: Final = 2_000
_UNFINISHED: Final = (MoveStatus.RUNNING, MoveStatus.UNDOING)


class _Piece(NamedTuple):
    """What a transaction has looked at: up to which enrollment, and whether there may be more."""

    last_id: int
    is_last: bool


def latest_move(actor: Actor, workflow_id: int) -> VersionMove | None:
    """Return the latest move of the people in a workflow."""
    accounts.require(actor, Permission.REPORTS)
    return version_moves.latest(actor.account_id, workflow_id)


def start_move(actor: Actor, public_id: str, number: int, chosen: Mapping[str, str]) -> VersionMove:
    """Move the people in older versions of a workflow to its version `number`. `chosen` is {id of a step that
    no longer exists: id of another one, or `LEAVE`}, for each with people.

    Raises NotFound, Invalid with `fields`, and Conflict if nobody is in an older version, a move is running,
    or the workflow has another version by now.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = workflows.find_workflow(actor, public_id)
        latest = version_moves.latest(actor.account_id, workflow.id)
        if latest is not None and latest.status in _UNFINISHED:
            raise Conflict("CONFLICT", "People are already being moved. Wait until that is done.")
        plan = plan_for(actor.account_id, workflow)
        if plan is None:
            raise Conflict("CONFLICT", "Nobody is in an older version of this workflow.")
        if plan.number != number:
            raise Conflict("CONFLICT", "The workflow has been changed. Check again what happens to whom.")
        values = {
            "workflow_id": workflow.id,
            "to_version_id": workflow.active_version_id,
            "elsewhere": check_choices(plan, chosen),
            "started_by": actor.user_id,
        }
        move_id = version_moves.add(actor.account_id, **values)
        facts = {"name": workflow.name, "people": plan.people, "version": plan.number}
        activity.record(actor, "people_moved", "workflow", public_id, **facts)
        _send(actor.account_id, move_id)
        return version_moves.latest(actor.account_id, workflow.id) or VersionMove()


def undo_move(actor: Actor, public_id: str) -> VersionMove:
    """Put the people back whom the latest move has moved, and to whom nothing has happened since. Raises
    NotFound, and Conflict if there is no finished move."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = workflows.find_workflow(actor, public_id)
        move = version_moves.latest(actor.account_id, workflow.id)
        if move is None or move.status != MoveStatus.DONE:
            raise Conflict("CONFLICT", "No finished move can be undone.")
        if workflow.status not in ("active", "paused"):
            raise Conflict("CONFLICT", "This workflow is archived.", status=workflow.status)
        move.status = MoveStatus.UNDOING.value
        activity.record(actor, "people_moved_back", "workflow", public_id, name=workflow.name)
        _send(actor.account_id, move.id)
        return move


def move_people(account_id: int, move_id: int) -> None:
    """Take a move on, in pieces, until all have been looked at. Those whom somebody else holds are left; the
    clock sends the task again."""
    last_id, is_last = 0, False
    while not is_last and not queue.should_stop():
        after = last_id

        def piece(after: int = after) -> _Piece:
            with transaction():
                move = version_moves.hold(account_id, move_id)
                return _PIECES[MoveStatus(move.status)](move, after, now()) if move else _Piece(0, True)

        last_id, is_last = despite_deadlocks(piece)


def resume_moves() -> None:
    """Send the task for moves that are not finished."""
    queue.send_all(MOVE_PEOPLE_TASK, version_moves.unfinished())


def _send(account_id: int, move_id: int) -> None:
    after_commit(lambda: queue.send(MOVE_PEOPLE_TASK, account_id, move_id))


def _move(move: VersionMove, after: int, at: datetime) -> _Piece:
    account_id = move.account_id
    older = version_moves.older_versions(account_id, move.workflow_id, move.to_version_id)
    definitions = queries.definitions(account_id, [move.to_version_id, *older])
    claimed = version_moves.claim(account_id, move.workflow_id, older, after, AT_ONCE)
    free = contacts.hold_free(account_id, [one.contact_id for one in claimed]) if claimed else set()
    groups: dict[Destination, list[Older]] = defaultdict(list)
    for one in claimed:
        to = _destination(move, definitions, one)
        if to is not None and one.contact_id in free:
            groups[to].append(one)
    for to, rows in groups.items():
        _take(move, to, rows, at)
    if len(claimed) == AT_ONCE:
        return _Piece(claimed[-1].id, False)
    left = version_moves.standing(account_id, move.workflow_id, older)
    if not any(_destination(move, definitions, one) for one in left):
        move.status = MoveStatus.DONE.value
    return _Piece(0, True)


def _destination(
    move: VersionMove, definitions: Mapping[int, Definition], place: Older | Standing
) -> Destination | None:
    old, new = definitions[place.version_id], definitions[move.to_version_id]
    return destination(place.step_id, place.status, old, new, move.elsewhere)


def _take(move: VersionMove, to: Destination, rows: Sequence[Older], at: datetime) -> None:
    """Move enrollments. A message that is planned goes on with its contact, or is withdrawn with the step;
    one that is being sent settles as it is."""
    account_id, ids = move.account_id, [one.id for one in rows]
    version_moves.record(account_id, move.id, ids, to, at)
    if to.way == Way.LEAVES:
        version_moves.leave(account_id, ids, at)
        people = id_list(sorted(one.contact_id for one in rows))
        reason = EndReason.STEP_REMOVED.value
        activity.record_many(REMOVED, account_id, people, at, move.workflow_id, text=reason)
        move.left += len(rows)
        return
    if to.way == Way.STAYS:
        _retarget_messages(account_id, ids, move.to_version_id)
    else:
        messaging.withdraw(account_id, ids, at)
        deliveries.withdraw(account_id, ids, at)
    version_moves.go_to(account_id, ids, move.to_version_id, to, at)
    move.moved += len(rows)
    changes: Counter[Place] = Counter()
    for one in rows:
        changes[Place(move.workflow_id, one.version_id, one.step_id or "", one.status)] -= 1
        changes[Place(move.workflow_id, move.to_version_id, to.step_id or "", one.status)] += 1
    counts.change(account_id, changes)


def _retarget_messages(account_id: int, ids: Sequence[int], version_id: int) -> None:
    """Let the planned messages of enrollments be those of a version."""
    definition = queries.definitions(account_id, [version_id])[version_id]
    topics = {step.id: topic for step in definition.messages if (topic := step.config.text("topic"))}
    messaging.change_version(account_id, ids, version_id, topics)


def _undo(move: VersionMove, after: int, at: datetime) -> _Piece:
    account_id = move.account_id
    found = version_moves.claim_recorded(account_id, move, after, AT_ONCE)
    free = contacts.hold_free(account_id, [one.contact_id for one in found]) if found else set()
    looked_at = [one for one in found if one.contact_id in free]
    groups: dict[tuple[Way, datetime, int], list[Recorded]] = defaultdict(list)
    for one in looked_at:
        if one.is_as_moved:
            groups[Way(one.way), one.at, one.old_version].append(one)
    for (way, moved_at, version_id), rows in groups.items():
        _put_back(move, way, rows, version_id, moved_at, at)
    version_moves.mark_undone(account_id, move.id, [one.id for one in looked_at])
    if len(found) == AT_ONCE:
        return _Piece(found[-1].id, False)
    if not version_moves.is_left_to_undo(account_id, move.id):
        move.status = MoveStatus.UNDONE.value
    return _Piece(0, True)


def _put_back(
    move: VersionMove, way: Way, rows: Sequence[Recorded], version_id: int, moved_at: datetime, at: datetime
) -> None:
    """Put enrollments back. What the move withdrew is planned again; whoever waits for something that has
    been settled meanwhile goes on."""
    account_id, ids = move.account_id, [one.id for one in rows]
    changes: Counter[Place] = Counter()
    ends: Counter[End] = Counter()
    for one in rows:
        changes[Place(move.workflow_id, one.version_id, one.step_id or "", one.status)] -= 1
        if way == Way.LEAVES:
            of = (move.workflow_id, one.version_id, one.step_id, one.status, EndReason.STEP_REMOVED.value)
            ends[end_of(*of, one.enrolled_at, None)] -= 1
        step_id, status = (one.step_id, one.status) if way == Way.STAYS else (one.old_step, one.old_status)
        changes[Place(move.workflow_id, one.old_version, step_id or "", status)] += 1
    version_moves.put_back(account_id, move.id, ids, way)
    counts.change(account_id, changes)
    end_counts.change(account_id, ends)
    move.returned += len(rows)
    if way == Way.STAYS:
        _retarget_messages(account_id, ids, version_id)
        return
    without = messaging.plan_again(account_id, ids, moved_at)
    returning.go_on(account_id, without, at)
    answered = set(ids) - deliveries.plan_again(account_id, ids, moved_at)
    returning.go_on(account_id, sorted(answered), at, WaitsFor.ANSWER)


_PIECES: Mapping[MoveStatus, Callable[[VersionMove, int, datetime], _Piece]] = {
    MoveStatus.RUNNING: _move,
    MoveStatus.UNDOING: _undo,
}
