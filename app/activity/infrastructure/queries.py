"""Queries for audit entries and contact events, newest first.

Every combination of filters has an index that continues with the order of the list, so a page is found by one
look into it, however long the log is. Orders name the columns before it, too, because PostgreSQL would not
see that rows without a user are in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry
from app.platform.database import session
from app.platform.database.skip_scan import distinct_values


@dataclass(frozen=True)
class LogFilter:
    """Filter of the log: a user (0: the system), subjects, one of them (subject, id), an action, and the
    period [since, until)."""

    user_id: int | None = None
    subjects: tuple[str, ...] = ()
    about: tuple[str, str] | None = None
    action: str = ""
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
    """Return entries, newest first: those before an entry, or the `limit` oldest ones after it."""
    wanted = wanted or LogFilter()
    is_upward = after is not None
    bounds = _bounds(account_id, wanted, before, after)
    fixed = _fixed(wanted)
    parts = [
        _part(account_id, [*fixed, (AuditEntry.subject, subject)], bounds, is_upward, limit)
        for subject in wanted.subjects
    ] or [_part(account_id, fixed, bounds, is_upward, limit)]
    found = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    query = sa.select(AuditEntry).join(found, found.c.id == AuditEntry.id)
    query = query.where(AuditEntry.account_id == account_id)
    entries = (
        session().scalars(query.order_by(*_ordered([found.c.at, found.c.id], is_upward)).limit(limit)).all()
    )
    return list(reversed(entries)) if is_upward else entries


def count_entries(account_id: int) -> int:
    """Return the number of entries in the account's audit log."""
    query = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.account_id == account_id)
    return int(session().scalar(query) or 0)


def people_in_log(account_id: int) -> list[tuple[int, str]]:
    """Return (user id, latest name) of everyone in the log, sorted by name; the system has id 0 and comes
    last."""
    one = AuditEntry
    continues = (one.at, one.id)
    ids = distinct_values(
        one.user_id, sa.and_(one.account_id == account_id, one.user_id.is_not(None)), *continues
    )
    latest = sa.select(one.user_name).where(one.account_id == account_id)
    order = sa.desc(one.user_id), sa.desc(one.at), sa.desc(one.id)
    name = latest.where(one.user_id == ids.c.user_id).order_by(*order).limit(1).scalar_subquery()
    rows = session().execute(sa.select(ids.c.user_id, name).where(ids.c.user_id.is_not(None)))
    people = sorted(((user_id, name) for user_id, name in rows), key=lambda person: person[1].lower())
    system = session().scalar(latest.where(one.user_id.is_(None)).order_by(*order).limit(1))
    return [*people, (0, system)] if system else people


def actions_in_log(account_id: int) -> list[tuple[str, str]]:
    """Return (action, subject of its latest entry) of everything that was done."""
    one = AuditEntry
    actions = distinct_values(one.action, one.account_id == account_id, one.at, one.id)
    latest = sa.select(one.subject).where(one.account_id == account_id, one.action == actions.c.action)
    order = sa.desc(one.action), sa.desc(one.at), sa.desc(one.id)
    subject = latest.order_by(*order).limit(1).scalar_subquery()
    query = sa.select(actions.c.action, subject).where(actions.c.action.is_not(None))
    return [(row[0], row[1]) for row in session().execute(query)]


def first_entry_since(account_id: int, subject: str, subject_id: str, since: datetime) -> AuditEntry | None:
    """Return the first entry on a subject since a moment, or None."""
    query = sa.select(AuditEntry).where(
        AuditEntry.account_id == account_id,
        AuditEntry.subject == subject,
        AuditEntry.subject_id == subject_id,
        AuditEntry.at >= since,
    )
    return session().scalar(query.order_by(AuditEntry.at, AuditEntry.id).limit(1))


def _fixed(wanted: LogFilter) -> list[tuple[Any, Any]]:
    """Return the columns that have one value, with it."""
    fixed: list[tuple[Any, Any]] = []
    if wanted.user_id is not None:
        fixed.append((AuditEntry.user_id, wanted.user_id or None))
    if wanted.about is not None:
        fixed += zip((AuditEntry.subject, AuditEntry.subject_id), wanted.about, strict=True)
    if wanted.action:
        fixed.append((AuditEntry.action, wanted.action))
    return fixed


def _bounds(
    account_id: int, wanted: LogFilter, before: int | None, after: int | None
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the period and for the place in the list. An entry that doesn't exist is no
    place."""
    bounds: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        bounds.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        bounds.append(AuditEntry.at < wanted.until)
    place = after if after is not None else before
    if place is not None:
        query = sa.select(AuditEntry.at).where(AuditEntry.account_id == account_id, AuditEntry.id == place)
        at = session().scalar(query)
        own, given = sa.tuple_(AuditEntry.at, AuditEntry.id), (at, place)
        if at is not None:
            bounds.append(own > given if after is not None else own < given)
    return bounds


def _part(
    account_id: int,
    fixed: Sequence[tuple[Any, Any]],
    bounds: Sequence[sa.ColumnElement[bool]],
    is_upward: bool,
    limit: int,
) -> sa.Select[int, datetime]:
    query = sa.select(AuditEntry.id, AuditEntry.at).where(AuditEntry.account_id == account_id, *bounds)
    query = query.where(*(column.is_(None) if value is None else column == value for column, value in fixed))
    order = [AuditEntry.account_id, *(column for column, _ in fixed), AuditEntry.at, AuditEntry.id]
    return query.order_by(*_ordered(order, is_upward)).limit(limit)


def _ordered(columns: Sequence[Any], is_upward: bool) -> list[Any]:
    return [column if is_upward else sa.desc(column) for column in columns]
