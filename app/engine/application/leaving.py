"""Contacts that leave workflows with the link in a message, and come back if they undo that."""

from collections.abc import Sequence
from datetime import datetime

from app.activity import application as activity
from app.deliveries import application as deliveries
from app.engine.domain import EndReason, WaitsFor
from app.engine.infrastructure import returning, store
from app.engine.infrastructure.returning import Position
from app.messaging import application as messaging
from app.messaging.application import Leaving, Place
from app.platform.database.many_rows import id_list
from app.workflows import application as workflows
from app.workflows.domain import Status

LEFT, CAME_BACK = "left_workflow", "came_back_to_workflow"


def register_leaving() -> None:
    """Register with the messaging room how contacts leave workflows."""
    messaging.register_leaving(Leaving(_places, _leave, _put_back, returning.go_on))


def _places(account_id: int, contact_id: int, workflow_id: int | None) -> list[Place]:
    return [_written(one) for one in returning.positions_of(account_id, contact_id, workflow_id)]


def _leave(account_id: int, contact_id: int, workflow_id: int, source: str, at: datetime) -> None:
    if store.withdraw_from(account_id, workflow_id, id_list([contact_id]), EndReason.LEFT, at):
        activity.record_own_wish(account_id, contact_id, LEFT, source, at, workflow_id)


def _put_back(
    account_id: int, contact_id: int, places: Sequence[Place], source: str, left_at: datetime, at: datetime
) -> list[int]:
    positions = [
        one for one in map(_read, places) if workflows.state_of(account_id, one.workflow_id) in _RUNNING
    ]
    reopened = returning.put_back(account_id, contact_id, positions, left_at)
    for workflow_id in sorted({workflow_id for _, workflow_id in reopened}):
        activity.record_own_wish(account_id, contact_id, CAME_BACK, source, at, workflow_id)
    ids = [enrollment_id for enrollment_id, _ in reopened]
    answered = set(ids) - deliveries.plan_again(account_id, ids, left_at)
    returning.go_on(account_id, sorted(answered), at, WaitsFor.ANSWER)
    return ids


_RUNNING = (Status.ACTIVE, Status.PAUSED)


def _written(position: Position) -> Place:
    due_at = position.due_at.isoformat() if position.due_at else None
    return {**position._asdict(), "due_at": due_at}


def _read(place: Place) -> Position:
    due_at = datetime.fromisoformat(place["due_at"]) if place["due_at"] else None
    return Position(**{**place, "due_at": due_at})
