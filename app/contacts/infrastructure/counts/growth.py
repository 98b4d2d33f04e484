"""Daily numbers of contacts: counted once a day, and for days past from the contacts themselves."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account
from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact, DailyCount
from app.platform.database import is_sqlite, session
from app.platform.database.upserts import insert_into

Counts = tuple[date, int, int]


def account_ids() -> Sequence[int]:
    """Return the ids of all accounts."""
    return session().scalars(sa.select(Account.id).order_by(Account.id)).all()


def latest_day(account_id: int) -> date | None:
    return session().scalar(sa.select(sa.func.max(DailyCount.day)).where(DailyCount.account_id == account_id))


def count_now(account_id: int) -> tuple[int, int]:
    """Return the numbers of contacts and of those who may be contacted."""
    reachable = sa.func.sum(sa.case((may_be_contacted(Contact.status), 1), else_=0))
    query = sa.select(sa.func.count(), reachable).where(Contact.account_id == account_id)
    contacts, open_ones = session().execute(query).one()
    return contacts, open_ones or 0


def count_few(account_id: int, most: int) -> tuple[int, int]:
    """Return the same numbers of the first `most` contacts."""
    few = sa.select(Contact.status).where(Contact.account_id == account_id).limit(most).subquery()
    reachable = sa.func.count(sa.case((may_be_contacted(few.c.status), 1)))
    contacts, open_ones = session().execute(sa.select(sa.func.count(), reachable).select_from(few)).one()
    return contacts, open_ones


def counts_before(account_id: int, day: date) -> list[Counts]:
    """Return the counts at the end of each day before `day` on which they changed, oldest first.

    They are derived from the contacts that exist now, so deleted ones are missing. Reads all contacts.
    """
    added = _by_day(account_id, Contact.created_at, sa.true())
    lost = _by_day(account_id, Contact.status_at, ~may_be_contacted(Contact.status))
    never = _by_day(
        account_id, Contact.created_at, ~may_be_contacted(Contact.status) & Contact.status_at.is_(None)
    )
    contacts = reachable = 0
    found = []
    for each in sorted({*added, *lost, *never}):
        contacts += added[each]
        reachable += added[each] - lost[each] - never[each]
        if each < day:
            found.append((each, contacts, max(0, reachable)))
    return found


def _by_day(account_id: int, moment: Any, which: sa.ColumnElement[bool]) -> Counter[date]:
    day = sa.func.date(moment, type_=sa.Date()) if is_sqlite() else sa.cast(moment, sa.Date())
    query = (
        sa.select(day, sa.func.count())
        .where(Contact.account_id == account_id, moment.isnot(None), which)
        .group_by(day)
    )
    return Counter({row[0]: row[1] for row in session().execute(query)})


def save(account_id: int, counts: Sequence[Counts]) -> None:
    """Write the counts of days, replacing those that are there."""
    if not counts:
        return
    insert = insert_into(DailyCount)
    names = ("day", "contacts", "reachable")
    rows = [{"account_id": account_id} | dict(zip(names, each, strict=True)) for each in counts]
    changed = {"contacts": insert.excluded.contacts, "reachable": insert.excluded.reachable}
    for begin in range(0, len(rows), 500):
        session().execute(
            insert.values(rows[begin : begin + 500]).on_conflict_do_update(
                index_elements=["account_id", "day"], set_=changed
            )
        )


def latest_counts(account_id: int) -> tuple[int, int] | None:
    """Return the numbers of the last count, if there is one."""
    query = (
        sa.select(DailyCount.contacts, DailyCount.reachable)
        .where(DailyCount.account_id == account_id)
        .order_by(DailyCount.day.desc())
        .limit(1)
    )
    row = session().execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def counts_since(account_id: int, day: date) -> list[Counts]:
    """Return the counts since a day, oldest first, beginning with the last ones before it, if any."""
    before = sa.select(sa.func.max(DailyCount.day)).where(
        DailyCount.account_id == account_id, DailyCount.day <= day
    )
    start = session().scalar(before) or day
    query = (
        sa.select(DailyCount.day, DailyCount.contacts, DailyCount.reachable)
        .where(DailyCount.account_id == account_id, DailyCount.day >= start)
        .order_by(DailyCount.day)
    )
    return [(row[0], row[1], row[2]) for row in session().execute(query)]
