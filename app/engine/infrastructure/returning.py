"""Contacts that leave workflows at their own wish, and come back at the same place."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.engine.domain import UNDER_WAY, EndReason, EnrollmentStatus, WaitsFor
from app.engine.infrastructure.counters import counts, end_counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.counters.end_counts import End, end_of
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session
from app.platform.database.many_rows import with_ids

_enrollments = Enrollment.__table__
OWN_WISH: Final = (EndReason.OPTED_OUT.value, EndReason.LEFT.value)


class Position(NamedTuple):
    """Where an enrollment stands, apart from its step, which it keeps when it ends."""

    enrollment_id: int
    workflow_id: int
    status: str
    due_at: datetime | None
    waits_for: str | None


def positions_of(account_id: int, contact_id: int, workflow_id: int | None) -> list[Position]:
    """Return the positions of a contact's active enrollments, in a workflow or in all."""
    one = _enrollments.c
    query = sa.select(one.id, one.workflow_id, one.status, one.due_at, one.waits_for).where(
        one.account_id == account_id, one.contact_id == contact_id, one.status.in_(UNDER_WAY)
    )
    if workflow_id is not None:
        query = query.where(one.workflow_id == workflow_id)
    return [Position(*row) for row in session().execute(query.order_by(one.id))]


def hold_active(account_id: int, enrollment_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return {id: (step id, visit)} of those of the enrollments that are active. They are locked until the
    transaction ends."""
    one = _enrollments.c
    query = sa.select(one.id, one.step_id, one.visit).where(
        *with_ids(_enrollments, account_id, enrollment_ids), one.status.in_(UNDER_WAY)
    )
    found = session().execute(query.order_by(one.id).with_for_update())
    return {row.id: (row.step_id or "", row.visit) for row in found}


def put_back(
    account_id: int, contact_id: int, positions: Sequence[Position], left_at: datetime
) -> list[tuple[int, int]]:
    """Undo the end of enrollments that a contact ended at `left_at`, unless it is in the workflow again.
    Returns (enrollment id, workflow id) of them."""
    changes: Counter[Place] = Counter()
    ends: Counter[End] = Counter()
    reopened: list[tuple[int, int]] = []
    for position in positions:
        reason = session().scalar(_reason(account_id, position))
        row = session().execute(_reopening(account_id, contact_id, position, left_at)).one_or_none()
        if row is not None:
            reopened.append((position.enrollment_id, row.workflow_id))
            place = Place(row.workflow_id, row.version_id, row.step_id or "", position.status)
            changes[place] += 1
            changes[place._replace(status=EnrollmentStatus.WITHDRAWN.value)] -= 1
            of = (row.workflow_id, row.version_id, row.step_id, EnrollmentStatus.WITHDRAWN.value, reason)
            ends[end_of(*of, row.enrolled_at, None)] -= 1
    counts.change(account_id, changes)
    end_counts.change(account_id, ends)
    return reopened


def go_on(
    account_id: int, enrollment_ids: Sequence[int], at: datetime, waits_for: WaitsFor = WaitsFor.MESSAGE
) -> None:
    """Let those of the enrollments go on that wait for a message, or for an answer."""
    one = _enrollments.c
    session().execute(
        sa.update(_enrollments)
        .where(
            *with_ids(_enrollments, account_id, enrollment_ids),
            one.status == EnrollmentStatus.ACTIVE.value,
            one.waits_for == waits_for.value,
        )
        .values(waits_for=WaitsFor.HAPPENED.value, due_at=at)
    )


def _reason(account_id: int, position: Position) -> sa.Select[str | None]:
    """Select why an enrollment has ended; it is locked until the transaction ends."""
    one = _enrollments.c
    query = sa.select(one.end_reason).where(one.account_id == account_id, one.id == position.enrollment_id)
    return query.with_for_update()


def _reopening(account_id: int, contact_id: int, position: Position, left_at: datetime) -> Any:
    one, other = _enrollments.c, _enrollments.alias("other").c
    is_in_again = sa.exists().where(
        other.account_id == account_id,
        other.contact_id == contact_id,
        other.workflow_id == position.workflow_id,
        other.status.in_(UNDER_WAY),
    )
    values = {"status": position.status, "due_at": position.due_at, "waits_for": position.waits_for}
    return (
        sa.update(_enrollments)
        .where(
            one.account_id == account_id,
            one.contact_id == contact_id,
            one.id == position.enrollment_id,
            one.status == EnrollmentStatus.WITHDRAWN.value,
            one.end_reason.in_(OWN_WISH),
            one.ended_at == left_at,
            ~is_in_again,
        )
        .values(**values, ended_at=None, end_reason=None)
        .returning(one.workflow_id, one.version_id, one.step_id, one.enrolled_at)
    )
