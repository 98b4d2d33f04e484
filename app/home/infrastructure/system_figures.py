"""Figures of the whole installation, all accounts together, for /metrics.

Each statement reads an index, or sums that are kept anyway; none gets slower with the number of rows,
messages, or people that were there before. What waits is counted up to AT_MOST.
"""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.bulk_enrollment.domain.job import UNFINISHED
from app.bulk_enrollment.infrastructure.tables import NOT_OVER, EnrollmentBatch, EnrollmentJob
from app.deliveries.infrastructure import tables as deliveries
from app.engine.infrastructure.tables import EnrollmentCount
from app.messaging.infrastructure import tables as messages
from app.platform.database import AnySelect, BigInt, is_sqlite, limit_statements, session
from app.platform.logs import log

AT_MOST: Final = 10_000
STATEMENT_SECONDS: Final = 2.0
_ALL: Final = {"cross_account": True}


@dataclass(frozen=True)
class SystemFigures:
    """How many there are, by status. `batches` are those of unfinished jobs; `messages` and `webhooks` those
    that wait or are being sent."""

    jobs: dict[str, int]
    batches: dict[str, int]
    enrollments: dict[str, int]
    messages: dict[str, int]
    webhooks: dict[str, int]
    database_bytes: int


def system_figures() -> SystemFigures | None:
    """Return the figures; None if they can't be read, or take PostgreSQL too long."""
    try:
        return _system_figures()
    except SQLAlchemyError as failure:
        log.warning("figures_not_read", extra={"failure": type(failure).__name__})
        session().rollback()
        return None


def _system_figures() -> SystemFigures:
    limit_statements(STATEMENT_SECONDS)
    return SystemFigures(
        jobs=_by_status(_jobs()),
        batches=_by_status(_batches()),
        enrollments=_by_status(_enrollments()),
        messages=_messages(),
        webhooks=_webhooks(),
        database_bytes=_database_bytes(),
    )


def _jobs() -> AnySelect:
    return sa.select(EnrollmentJob.status, sa.func.count()).group_by(EnrollmentJob.status)


def _batches() -> AnySelect:
    unfinished = sa.select(EnrollmentJob.id).where(NOT_OVER, EnrollmentJob.status.in_(sorted(UNFINISHED)))
    return (
        sa.select(EnrollmentBatch.status, sa.func.count())
        .where(EnrollmentBatch.job_id.in_(unfinished))
        .group_by(EnrollmentBatch.status)
    )


def _enrollments() -> AnySelect:
    number = sa.cast(sa.func.sum(EnrollmentCount.enrollments), BigInt)
    return sa.select(EnrollmentCount.status, number).group_by(EnrollmentCount.status)


def _by_status(query: AnySelect) -> dict[str, int]:
    return {row[0]: row[1] for row in session().execute(query, execution_options=_ALL)}


def _messages() -> dict[str, int]:
    one = messages.Message
    planned_in_order = (one.channel, one.account_id, one.workflow_id, one.due_at)
    return _unsent(one, (messages.PLANNED, planned_in_order), (messages.OPEN, (one.lease_until,)))


def _webhooks() -> dict[str, int]:
    one = deliveries.Delivery
    planned_in_order = (one.account_id, one.workflow_id, one.host, one.due_at)
    return _unsent(one, (deliveries.PLANNED, planned_in_order), (deliveries.SENDING, (one.lease_until,)))


def _unsent(table: Any, *indexes: tuple[sa.TextClause, tuple[Any, ...]]) -> dict[str, int]:
    """Count what a table's partial indexes have, by state. Each is given as its condition and its columns:
    without their order, SQLite reads another index, with all that was ever sent."""
    found: dict[str, int] = {}
    for condition, columns in indexes:
        some = sa.select(table.state).where(condition).order_by(*columns).limit(AT_MOST).subquery()
        found |= _by_status(sa.select(some.c.state, sa.func.count()).group_by(some.c.state))
    return found


def _database_bytes() -> int:
    query = "pg_database_size(current_database())"
    if is_sqlite():
        query = "(SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)"
    return session().scalar(sa.text(f"SELECT {query}"), execution_options=_ALL) or 0
