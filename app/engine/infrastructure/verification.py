"""Full recounts of the enrollments of a workflow, for `verify-workflow`. Slow."""

from typing import NamedTuple

import sqlalchemy as sa

from app.deliveries.domain.states import OPEN
from app.deliveries.infrastructure.tables import Delivery
from app.engine.domain import UNDER_WAY, EnrollmentStatus, WaitsFor
from app.engine.infrastructure.tables import Enrollment
from app.messaging.domain.states import SETTLED
from app.messaging.infrastructure.tables import Message
from app.platform.database import session


class Standing(NamedTuple):
    """How many enrollments under way stand at a step of a version."""

    version_id: int
    step_id: str
    enrollments: int


def under_way_by_step(account_id: int, workflow_id: int) -> list[Standing]:
    """Return where the enrollments of a workflow stand that have not ended."""
    step_id = sa.func.coalesce(Enrollment.step_id, sa.literal_column("''"))
    query = (
        sa.select(Enrollment.version_id, step_id, sa.func.count())
        .where(*_of(account_id, workflow_id), Enrollment.status.in_(UNDER_WAY))
        .group_by(Enrollment.version_id, step_id)
        .order_by(Enrollment.version_id, step_id)
    )
    return [Standing(*row) for row in session().execute(query)]


def waiting_for_nothing(account_id: int, workflow_id: int) -> list[Standing]:
    """Return where active enrollments stand that have no time at which they go on, and do not wait for
    anything that may happen."""
    comes = (WaitsFor.EVENT.value, WaitsFor.MESSAGE.value, WaitsFor.ANSWER.value)
    nothing = sa.or_(Enrollment.waits_for.is_(None), Enrollment.waits_for.not_in(comes))
    return _stuck(account_id, workflow_id, nothing)


def waiting_for_no_message(account_id: int, workflow_id: int) -> list[Standing]:
    """Return where active enrollments stand that wait for a message that is not to be sent, or was."""
    message = (
        sa.select(Message.id)
        .where(
            Message.account_id == account_id,
            Message.enrollment_id == Enrollment.id,
            Message.step_id == Enrollment.step_id,
            Message.visit == Enrollment.visit,
            Message.state.not_in(SETTLED),
        )
        .exists()
    )
    return _stuck(account_id, workflow_id, Enrollment.waits_for == WaitsFor.MESSAGE.value, ~message)


def waiting_for_no_answer(account_id: int, workflow_id: int) -> list[Standing]:
    """Return where active enrollments stand that wait for the answer to a request that is not to be sent, or
    was."""
    delivery = (
        sa.select(Delivery.id)
        .where(
            Delivery.account_id == account_id,
            Delivery.enrollment_id == Enrollment.id,
            Delivery.step_id == Enrollment.step_id,
            Delivery.visit == Enrollment.visit,
            Delivery.state.in_(OPEN),
        )
        .exists()
    )
    return _stuck(account_id, workflow_id, Enrollment.waits_for == WaitsFor.ANSWER.value, ~delivery)


def _stuck(account_id: int, workflow_id: int, *conditions: sa.ColumnElement[bool]) -> list[Standing]:
    step_id = sa.func.coalesce(Enrollment.step_id, sa.literal_column("''"))
    query = (
        sa.select(Enrollment.version_id, step_id, sa.func.count())
        .where(
            *_of(account_id, workflow_id),
            Enrollment.status == EnrollmentStatus.ACTIVE.value,
            Enrollment.due_at.is_(None),
            *conditions,
        )
        .group_by(Enrollment.version_id, step_id)
        .order_by(Enrollment.version_id, step_id)
    )
    return [Standing(*row) for row in session().execute(query)]


def _of(account_id: int, workflow_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Enrollment.account_id == account_id, Enrollment.workflow_id == workflow_id
