"""Contacts whose date has come, and how far it was looked for them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.engine.infrastructure.tables import DateWatch
from app.platform.database import session
from app.platform.database.many_rows import constant
from app.workflows.infrastructure.tables import Workflow

_PLAIN = {"synchronize_session": False}


def zones(account_id: int) -> list[str]:
    """Return the time zones that contacts of the account have, each found by one look into the index."""
    found: list[str] = []
    while True:
        query = sa.select(sa.func.min(Contact.time_zone)).where(
            Contact.account_id == account_id, Contact.time_zone > (found[-1] if found else "")
        )
        following = session().scalar(query)
        if following is None:
            return found
        found.append(following)


def in_zone(zone: str | None, others: Collection[str]) -> sa.ColumnElement[bool]:
    """Condition: the contact is in a time zone; with None, in none of the others."""
    if zone is not None:
        return Contact.time_zone == zone
    return sa.or_(Contact.time_zone.is_(None), Contact.time_zone.not_in(list(others)))


def born_on(days: Sequence[date]) -> sa.ColumnElement[bool]:
    """Condition: the birthday is one of these days, of all years."""
    return Contact.birthday.in_(list(days))


def added_in(spans: Sequence[tuple[datetime, datetime]]) -> sa.ColumnElement[bool]:
    """Condition: the contact was added within one of these spans, whose ends do not belong to them."""
    one = Contact.created_at
    return sa.or_(sa.false(), *(sa.and_(one >= start, one < end) for start, end in spans))


def ids_of(query: sa.Select[Any], *conditions: sa.ColumnElement[bool]) -> list[int]:
    """Return the ids of the contacts of a select that meet the conditions, in increasing order."""
    return list(session().scalars(query.where(*conditions).order_by(Contact.id)))


def everybody(account_id: int) -> sa.Select[Any]:
    """Select the ids of all contacts of the account."""
    return sa.select(Contact.id).where(Contact.account_id == account_id)


def watch(account_id: int, workflow_id: int, since: datetime) -> datetime:
    """Return until when it was looked for a workflow; if never, begin with `since`."""
    query = sa.select(DateWatch.looked_until).where(
        DateWatch.account_id == account_id, DateWatch.workflow_id == workflow_id
    )
    known = session().scalar(query)
    if known is None:
        session().add(
            DateWatch(account_id=account_id, workflow_id=workflow_id, looked_until=since, missed=[])
        )
        session().flush()
    return known or since


def advance(
    account_id: int, workflow_id: int, since: datetime, until: datetime, missed: Sequence[str] | None
) -> None:
    """Note that it was looked until a moment, unless another task has noted it since; `missed` replaces the
    missed days."""
    values: dict[str, Any] = {"looked_until": until}
    if missed is not None:
        values["missed"] = list(missed)
    session().execute(
        sa.update(DateWatch)
        .where(
            DateWatch.account_id == account_id,
            DateWatch.workflow_id == workflow_id,
            DateWatch.looked_until == since,
        )
        .values(values),
        execution_options=_PLAIN,
    )


def missed_days(account_id: int, workflow_id: int) -> list[str]:
    """Return the days, as text, for which nobody was enrolled in a workflow because it was too late."""
    query = sa.select(DateWatch.missed).where(
        DateWatch.account_id == account_id, DateWatch.workflow_id == workflow_id
    )
    return list(session().scalar(query) or ())


def idle_watches() -> list[tuple[int, int]]:
    """Return (account id, workflow id) of the watches of all accounts whose workflow is not active."""
    query = (
        sa.select(DateWatch.account_id, DateWatch.workflow_id)
        .outerjoin(Workflow, Workflow.id == DateWatch.workflow_id)
        .where(sa.or_(Workflow.id.is_(None), Workflow.status != constant("active")))
    )
    rows = session().execute(query, execution_options={"cross_account": True})
    return [(row[0], row[1]) for row in rows]


def stop_watching(account_id: int, workflow_id: int) -> None:
    """Forget until when it was looked for a workflow."""
    session().execute(
        sa.delete(DateWatch).where(DateWatch.account_id == account_id, DateWatch.workflow_id == workflow_id),
        execution_options=_PLAIN,
    )
