"""Queries for audit entries and contact events, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry
from app.platform.database import session

LOOKED_THROUGH = 500
"""How many of the newest entries are looked through for those of one subject, for which there is no index."""


@dataclass(frozen=True)
class LogFilter:
    """Filter of the log: a user (0: the system), subjects, and the period [since, until)."""

    user_id: int | None = None
    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == LogFilter()


def audit_entries(
    account_id: int,
    wanted: LogFilter | None = None,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """Return entries, newest first: with ids below `before`, or the `limit` oldest ones above `after`."""
    query = _wanted(account_id, wanted or LogFilter())
    if after is not None:
        query = query.where(AuditEntry.id > after).order_by(AuditEntry.id)
        return list(reversed(session().scalars(query.limit(limit)).all()))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session().scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def count_entries(account_id: int) -> int:
    """Return the number of entries in the account's audit log."""
    query = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.account_id == account_id)
    return int(session().scalar(query) or 0)


def people_in_log(account_id: int) -> list[tuple[int, str]]:
    """Return (user id, name) of everyone in the log, sorted by name; the system has id 0 and comes last."""
    rows = session().execute(
        sa.select(AuditEntry.user_id, sa.func.max(AuditEntry.user_name))
        .where(AuditEntry.account_id == account_id)
        .group_by(AuditEntry.user_id)
    )
    return sorted(
        ((user_id or 0, name) for user_id, name in rows), key=lambda one: (one[0] == 0, one[1].lower())
    )


def first_entry_since(account_id: int, subject: str, subject_id: str, since: datetime) -> AuditEntry | None:
    """Return the first entry on a subject since a moment; None if it is not among the last ones."""
    newest = (
        sa.select(AuditEntry.id)
        .where(AuditEntry.account_id == account_id)
        .order_by(AuditEntry.id.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    query = sa.select(AuditEntry).where(
        AuditEntry.account_id == account_id,
        AuditEntry.id.in_(sa.select(newest.c.id)),
        AuditEntry.subject == subject,
        AuditEntry.subject_id == subject_id,
        AuditEntry.at >= since,
    )
    return session().scalar(query.order_by(AuditEntry.id).limit(1))


def _wanted(account_id: int, wanted: LogFilter) -> sa.Select[AuditEntry]:
    query = sa.select(AuditEntry).where(AuditEntry.account_id == account_id)
    if wanted.user_id is not None:
        query = query.where(
            AuditEntry.user_id.is_(None) if wanted.user_id == 0 else AuditEntry.user_id == wanted.user_id
        )
    if wanted.subjects:
        query = query.where(AuditEntry.subject.in_(wanted.subjects))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query
