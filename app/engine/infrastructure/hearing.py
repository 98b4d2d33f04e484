"""Reads and writes for what happens to contacts: which versions have people in them, goals, and waits."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import ReceivedEvent
from app.engine.domain import UNDER_WAY, EndReason, EnrollmentStatus, WaitsFor
from app.engine.infrastructure import store
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.database import session
from app.platform.database.many_rows import constants, execute_built, id_param, with_ids
from app.workflows.infrastructure.tables import WorkflowVersion

_enrollments = Enrollment.__table__


class VersionUnderWay(NamedTuple):
    """A version that people are in; `definition` is JSON text."""

    id: int
    workflow_id: int
    definition: str


def versions_under_way(account_id: int) -> list[VersionUnderWay]:
    """Return the versions that people are in."""
    found = execute_built(_versions_under_way(), {"of_account": account_id}).all()
    return [VersionUnderWay(*row) for row in found]


def reach_goal(account_id: int, version_id: int, contacts: sa.Select[Any], at: datetime) -> int:
    """End the active enrollments of the contacts in a version, which have reached its goal."""
    theirs = (_enrollments.c.version_id == version_id, _enrollments.c.contact_id.in_(contacts))
    return store.end(account_id, *theirs, reason=EndReason.GOAL, at=at, to=EnrollmentStatus.GOAL_REACHED)


def wake(account_id: int, version_id: int, step_id: str, contacts: sa.Select[Any], at: datetime) -> None:
    """Let enrollments go on that wait at a step for what has happened to their contacts."""
    one = _enrollments.c
    session().execute(
        sa.update(_enrollments)
        .where(
            one.account_id == account_id,
            one.contact_id.in_(contacts),
            one.version_id == version_id,
            one.step_id == step_id,
            one.status == EnrollmentStatus.ACTIVE.value,
            one.waits_for == WaitsFor.EVENT.value,
        )
        .values(waits_for=WaitsFor.HAPPENED.value, due_at=at)
    )


def events_since_enrolled(
    account_id: int, version_id: int, contacts: sa.Select[Any], kind: str
) -> list[tuple[int, dict[str, Any]]]:
    """Return (contact id, details) of the events of a type that were received since the contacts were
    enrolled in a version, in which they are active."""
    query = (
        sa.select(ReceivedEvent.contact_id, ReceivedEvent.data)
        .join(Enrollment, Enrollment.contact_id == ReceivedEvent.contact_id)
        .where(
            ReceivedEvent.account_id == account_id,
            ReceivedEvent.contact_id.in_(contacts),
            ReceivedEvent.type == kind,
            ReceivedEvent.received_at >= Enrollment.enrolled_at,
            Enrollment.account_id == account_id,
            Enrollment.version_id == version_id,
            Enrollment.status.in_(UNDER_WAY),
        )
    )
    return [(row[0], row[1]) for row in session().execute(query)]


def go_on(
    account_id: int,
    step_id: str,
    visit: int,
    enrollment_ids: Sequence[int],
    at: datetime,
    waits_for: WaitsFor = WaitsFor.MESSAGE,
) -> None:
    """Let enrollments go on that wait at a step for their message, or for an answer."""
    theirs = with_ids(_enrollments, account_id, enrollment_ids)
    update = sa.update(_enrollments).where(*theirs, *_waiting(step_id, visit, waits_for))
    session().execute(update.values(waits_for=WaitsFor.HAPPENED.value, due_at=at))


def fail(account_id: int, step_id: str, visit: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """End enrollments that wait at a step for their message, which could not be sent."""
    waiting = _waiting(step_id, visit)
    store.end_listed(
        account_id, enrollment_ids, *waiting, reason=EndReason.MESSAGE, at=at, to=EnrollmentStatus.FAILED
    )


def fail_request(
    account_id: int, step_id: str, visit: int, enrollment_ids: Sequence[int], at: datetime
) -> None:
    """End enrollments that wait at a step for the answer to their request, which has failed."""
    waiting = _waiting(step_id, visit, WaitsFor.ANSWER)
    store.end_listed(
        account_id, enrollment_ids, *waiting, reason=EndReason.REQUEST, at=at, to=EnrollmentStatus.FAILED
    )


def let_leave(account_id: int, step_id: str, visit: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """End enrollments that wait at a step for their message, because the contact may not be contacted."""
    store.end_listed(account_id, enrollment_ids, *_waiting(step_id, visit), reason=EndReason.OPTED_OUT, at=at)


def _waiting(
    step_id: str, visit: int, waits_for: WaitsFor = WaitsFor.MESSAGE
) -> tuple[sa.ColumnElement[bool], ...]:
    one = _enrollments.c
    return (
        one.step_id == step_id,
        one.visit == visit,
        one.status == EnrollmentStatus.ACTIVE.value,
        one.waits_for == waits_for.value,
    )


@lru_cache
def _versions_under_way() -> sa.Select[Any]:
    count, version = EnrollmentCount.__table__.c, WorkflowVersion.__table__.c
    of_account = id_param("of_account")
    under_way = (
        sa.select(count.version_id)
        .where(count.account_id == of_account, count.status.in_(constants(UNDER_WAY)))
        .group_by(count.version_id)
        .having(sa.func.sum(count.enrollments) > sa.literal_column("0"))
    )
    return sa.select(version.id, version.workflow_id, sa.cast(version.definition, sa.Text)).where(
        version.account_id == of_account, version.id.in_(under_way)
    )
