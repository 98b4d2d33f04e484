"""Enrollments that have failed: their numbers, and going on."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY, EnrollmentStatus
from app.engine.infrastructure.conditions import in_workflow
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import with_ids

_enrollments = Enrollment.__table__


class Which(NamedTuple):
    """Which failed enrollments are meant: those at a step, for a reason, or one; all without any. Not those
    that have failed after `until`."""

    step_id: str | None = None
    reason: str | None = None
    enrollment_id: int | None = None
    until: datetime | None = None


class Retried(NamedTuple):
    """A failed enrollment as it was before it went on."""

    version_id: int
    step_id: str | None
    end_reason: str | None
    enrolled_at: datetime


def by_step_and_reason(account_id: int, workflow_id: int) -> dict[tuple[int, str, str], int]:
    """Return {(version id, step id, reason): number of failed enrollments} of a workflow."""
    one = _enrollments.c
    query = (
        sa.select(one.version_id, one.step_id, one.end_reason, sa.func.count())
        .where(*_failed(account_id, workflow_id))
        .group_by(one.version_id, one.step_id, one.end_reason)
    )
    return {(row[0], row[1] or "", row[2] or ""): row[3] for row in session().execute(query)}


def retry(account_id: int, workflow_id: int, which: Which, limit: int, at: datetime) -> list[Retried]:
    """Let failed enrollments go on, at most `limit`; return them. Of several of a contact, only the latest
    does."""
    one, other = _enrollments.c, _enrollments.alias("other").c
    is_replaced = sa.exists().where(
        other.account_id == account_id,
        other.workflow_id == workflow_id,
        other.contact_id == one.contact_id,
        sa.or_(other.status.in_(UNDER_WAY), other.id > one.id),
    )
    can_go_on = sa.exists().where(
        Contact.account_id == account_id, Contact.id == one.contact_id, may_be_contacted(Contact.status)
    )
    failed = (
        sa.select(one.id, *(one[name] for name in Retried._fields))
        .where(*_failed(account_id, workflow_id), *_meant(which), can_go_on, ~is_replaced)
        .order_by(one.id)
        .limit(limit)
        .with_for_update()
    )
    values = {
        "status": EnrollmentStatus.ACTIVE.value,
        "visit": one.visit + 1,
        "waits_for": None,
        "due_at": at,
        "moved_at": at,
        "ended_at": None,
        "end_reason": None,
    }
    chosen = session().execute(failed).all()  # as a subquery, PostgreSQL could evaluate it more than once
    if chosen:
        theirs = with_ids(_enrollments, account_id, [row[0] for row in chosen])
        session().execute(sa.update(_enrollments).where(*theirs).values(values))
    return [Retried(*row[1:]) for row in chosen]


def _failed(account_id: int, workflow_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    one = _enrollments.c
    return (
        *in_workflow(one, account_id, workflow_id, is_sqlite()),
        one.status == EnrollmentStatus.FAILED.value,
    )


def _meant(which: Which) -> list[Any]:
    one = _enrollments.c
    pairs = ((one.step_id, which.step_id), (one.end_reason, which.reason), (one.id, which.enrollment_id))
    meant = [column == value for column, value in pairs if value is not None]
    return meant if which.until is None else [*meant, one.ended_at <= which.until]
