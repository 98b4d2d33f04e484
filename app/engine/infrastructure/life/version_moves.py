"""Moving enrollments to another version, and back, by set."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY, EndReason, EnrollmentStatus
from app.engine.domain.version_moves import Destination, MoveStatus, Way
from app.engine.infrastructure import store
from app.engine.infrastructure.conditions import in_workflow
from app.engine.infrastructure.life.tables import UNFINISHED, MovedEnrollment, VersionMove
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.database import BigInt, is_sqlite, session
from app.platform.database.many_rows import id_list, id_param, with_ids
from app.platform.database.short_reads import read_built
from app.workflows.infrastructure.tables import WorkflowVersion

_enrollments, _moved = Enrollment.__table__, MovedEnrollment.__table__


class Standing(NamedTuple):
    """How many people under way stand at a step of a version."""

    version_id: int
    step_id: str
    status: str
    people: int


class Older(NamedTuple):
    """An enrollment of an older version."""

    id: int
    contact_id: int
    version_id: int
    step_id: str | None
    status: str


class Recorded(NamedTuple):
    """An enrollment that was moved: where it stood before, and where it stands."""

    id: int
    contact_id: int
    old_version: int
    old_step: str | None
    old_status: str
    to_step: str | None
    way: str
    at: datetime
    version_id: int
    step_id: str | None
    status: str
    enrolled_at: datetime
    is_as_moved: bool


def older_versions(account_id: int, workflow_id: int, version_id: int) -> list[int]:
    """Return the ids of the versions of a workflow before this one."""
    values = {"of_account": account_id, "of_workflow": workflow_id, "of_version": version_id}
    return [row[0] for row in read_built(_older_versions(), values)]


@lru_cache
def _older_versions() -> sa.Select[Any]:
    one, this = WorkflowVersion.__table__.c, WorkflowVersion.__table__.alias().c
    number = sa.select(this.number).where(
        this.account_id == id_param("of_account"), this.id == id_param("of_version")
    )
    return sa.select(one.id).where(
        one.account_id == id_param("of_account"),
        one.workflow_id == id_param("of_workflow"),
        one.number < number.scalar_subquery(),
    )


def standing(account_id: int, workflow_id: int, version_ids: Sequence[int]) -> list[Standing]:
    """Return where people stand in these versions, from the kept numbers."""
    one = EnrollmentCount
    people = sa.cast(sa.func.sum(one.enrollments), BigInt)
    place = (one.version_id, one.step_id, one.status)
    query = (
        sa.select(*place, people)
        .where(
            one.account_id == account_id,
            one.workflow_id == workflow_id,
            one.status.in_(UNDER_WAY),
            one.version_id.in_(version_ids),
        )
        .group_by(*place)
        .having(people > 0)
        .order_by(*place)
    )
    return [Standing(*row) for row in session().execute(query)] if version_ids else []


def latest(account_id: int, workflow_id: int) -> VersionMove | None:
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return session().scalar(
        _latest(), values, execution_options={"populate_existing": True, "prepared": True}
    )


@lru_cache
def _latest() -> sa.Select[VersionMove]:
    one, newest = VersionMove, VersionMove.id.desc()
    of_workflow = one.account_id == id_param("of_account"), one.workflow_id == id_param("of_workflow")
    return sa.select(one).where(*of_workflow).order_by(newest).limit(1)


def has_moves(account_id: int, workflow_id: int) -> bool:
    """Return whether people have ever been moved to another version of a workflow."""
    query = sa.select(VersionMove.id).where(
        VersionMove.account_id == account_id, VersionMove.workflow_id == workflow_id
    )
    return session().scalar(query.limit(1)) is not None


def hold(account_id: int, move_id: int) -> VersionMove | None:
    """Return a move that is not finished, and let nobody else take it on until the transaction ends; None if
    somebody else does."""
    query = sa.select(VersionMove).where(
        VersionMove.account_id == account_id, VersionMove.id == move_id, UNFINISHED
    )
    return session().scalar(
        query.with_for_update(skip_locked=True), execution_options={"populate_existing": True}
    )


def unfinished() -> list[tuple[int, int]]:
    """Return (account id, id) of the moves of all accounts that are not finished."""
    query = sa.select(VersionMove.account_id, VersionMove.id).where(UNFINISHED)
    found = session().execute(query, execution_options={"cross_account": True})
    return [(row[0], row[1]) for row in found]


def add(account_id: int, **values: Any) -> int:
    """Add a move that is running; return its id."""
    move = VersionMove(account_id=account_id, status=MoveStatus.RUNNING.value, **values)
    session().add(move)
    session().flush()
    return move.id


def claim(
    account_id: int, workflow_id: int, version_ids: Sequence[int], after: int, limit: int
) -> list[Older]:
    """Lock up to `limit` enrollments under way in these versions with ids after `after`, in their order;
    those that another transaction has locked are passed over."""
    one = _enrollments.c
    query = (
        sa.select(*(one[name] for name in Older._fields))
        .where(
            *in_workflow(one, account_id, workflow_id, is_sqlite()),
            one.version_id.in_(version_ids),
            one.status.in_(UNDER_WAY),
            one.id > after,
        )
        .order_by(one.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Older(*row) for row in session().execute(query)]


def record(account_id: int, move_id: int, ids: Sequence[int], to: Destination, at: datetime) -> None:
    """Record where enrollments stand that are being moved."""
    one = _enrollments.c
    names = ("account_id", "version_id", "step_id", "status", "waits_for", "due_at", "visit")
    given = {
        "move_id": sa.literal(move_id, BigInt),
        "to_step": sa.literal(to.step_id, _moved.c.to_step.type),
        "way": sa.literal(to.way.value, _moved.c.way.type),
        "at": sa.literal(at, _moved.c.at.type),
        "is_undone": sa.false(),
    }
    rows = sa.select(one.id, *(one[name] for name in names), *given.values()).where(
        *with_ids(_enrollments, account_id, ids)
    )
    session().execute(sa.insert(_moved).from_select(["enrollment_id", *names, *given], rows))


def go_to(account_id: int, ids: Sequence[int], version_id: int, to: Destination, at: datetime) -> None:
    """Let enrollments stand in another version: at the same step, or at the one that begins."""
    values: dict[str, Any] = {"version_id": version_id}
    if to.way == Way.BEGINS:
        is_active = _enrollments.c.status == EnrollmentStatus.ACTIVE.value
        due_at = sa.case((is_active, sa.literal(at, _enrollments.c.due_at.type)), else_=sa.null())
        values |= {"step_id": to.step_id, "waits_for": None, "due_at": due_at, "moved_at": at}
    session().execute(sa.update(_enrollments).where(*with_ids(_enrollments, account_id, ids)).values(values))


def leave(account_id: int, ids: Sequence[int], at: datetime) -> None:
    """Let enrollments end because their step no longer exists."""
    store.end_listed(account_id, ids, reason=EndReason.STEP_REMOVED, at=at)


def claim_recorded(account_id: int, move: VersionMove, after: int, limit: int) -> list[Recorded]:
    """Lock up to `limit` enrollments that a move has moved and that no undo has looked at; those that another
    transaction has locked are passed over."""
    one, was = _enrollments.c, _moved.c
    columns: list[Any] = [
        one.id,
        one.contact_id,
        was.version_id,
        was.step_id,
        was.status,
        was.to_step,
        was.way,
        was.at,
        one.version_id.label("now_version"),
        one.step_id.label("now_step"),
        one.status.label("now_status"),
        one.enrolled_at,
        _is_as_moved(account_id, move).label("is_as_moved"),
    ]
    query = (
        sa.select(*columns)
        .select_from(_moved)
        .join(_enrollments, one.id == was.enrollment_id)
        .where(
            was.account_id == account_id,
            was.move_id == move.id,
            was.is_undone.is_(sa.false()),
            was.enrollment_id > after,
            one.account_id == account_id,
            _has_contact(account_id),
        )
        .order_by(was.enrollment_id)
        .limit(limit)
        .with_for_update(of=_enrollments, skip_locked=True)
    )
    return [Recorded(*row) for row in session().execute(query)]


def _is_as_moved(account_id: int, move: VersionMove) -> sa.ColumnElement[bool]:
    """Condition: nothing has happened to an enrollment since a move. It stands where the move put it, and has
    not begun there, or it has left because of the move and may come back."""
    one, was = _enrollments.c, _moved.c
    other = _enrollments.alias("other").c
    is_in_again = sa.exists().where(
        other.account_id == account_id,
        other.workflow_id == one.workflow_id,
        other.contact_id == one.contact_id,
        other.status.in_(UNDER_WAY),
    )
    is_open = sa.exists().where(
        Contact.account_id == account_id, Contact.id == one.contact_id, may_be_contacted(Contact.status)
    )
    stands = sa.and_(
        one.status.in_(UNDER_WAY),
        one.version_id == move.to_version_id,
        sa.func.coalesce(one.step_id, "") == sa.func.coalesce(was.to_step, ""),
        one.visit == was.visit,
        sa.or_(was.way == Way.STAYS.value, one.waits_for.is_(None), one.waits_for.in_(["time", "event"])),
    )
    has_left = sa.and_(
        was.way == Way.LEAVES.value,
        one.status == EnrollmentStatus.WITHDRAWN.value,
        one.end_reason == EndReason.STEP_REMOVED.value,
        one.ended_at == was.at,
        ~is_in_again,
        is_open,
    )
    return sa.or_(stands, has_left)


def put_back(account_id: int, move_id: int, ids: Sequence[int], way: Way) -> None:
    """Let enrollments stand where they stood before a move."""
    was = _moved.c
    names = ["version_id"] if way == Way.STAYS else ["version_id", "step_id", "status", "waits_for", "due_at"]
    before: dict[str, Any] = {
        name: sa.select(was[name])
        .where(was.account_id == account_id, was.move_id == move_id, was.enrollment_id == _enrollments.c.id)
        .scalar_subquery()
        for name in names
    }
    if way != Way.STAYS:
        before |= {"ended_at": sa.null(), "end_reason": sa.null()}
    session().execute(sa.update(_enrollments).where(*with_ids(_enrollments, account_id, ids)).values(before))


def mark_undone(account_id: int, move_id: int, ids: Sequence[int]) -> None:
    """Record that an undo has looked at enrollments."""
    was = _moved.c
    session().execute(
        sa.update(_moved)
        .where(was.account_id == account_id, was.move_id == move_id, was.enrollment_id.in_(id_list(ids)))
        .values(is_undone=True)
    )


def is_left_to_undo(account_id: int, move_id: int) -> bool:
    """Return whether a move has moved people whom an undo has not looked at, and who still exist."""
    was, one = _moved.c, _enrollments.c
    query = (
        sa.select(was.enrollment_id)
        .join(_enrollments, one.id == was.enrollment_id)
        .where(
            was.account_id == account_id,
            was.move_id == move_id,
            was.is_undone.is_(sa.false()),
            one.account_id == account_id,
            _has_contact(account_id),
        )
    )
    return session().scalar(query.limit(1)) is not None


def _has_contact(account_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Contact.account_id == account_id, Contact.id == _enrollments.c.contact_id)
