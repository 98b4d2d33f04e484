"""Writing the rows of a selection to the ledger, each with its expected outcome.

Rows read from a file are loaded into a temporary table, one chunk at a time, from which one statement writes
them to the ledger. Contacts that match a filter are written directly from their table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.domain.reading import ReadRow
from app.bulk_enrollment.infrastructure.store.rows import FILE, UNCLEAR, left_on
from app.bulk_enrollment.infrastructure.store.withheld import forget_keys
from app.bulk_enrollment.infrastructure.tables import (
    COUNTING,
    EnrollmentRow,
    RowFields,
    staged_rows,
)
from app.contacts.infrastructure.conditions import has_key, key_column, may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.conditions import counts_as_former
from app.engine.infrastructure.tables import Enrollment
from app.files.domain.columns.identify import Identifier
from app.files.domain.consent.cells import LEFT_OUT, WITHHELD
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import (
    bulk_load,
    constant,
    is_there,
    refresh_statistics,
    unknown_to_planner,
    without_index,
)

REFUSALS = tuple(word for word in WITHHELD if word != LEFT_OUT)
_COUNTING = sa.text(f"enrollment_rows.{COUNTING.text}")


@dataclass(frozen=True)
class PlanContext:
    """Properties of the job that the outcome of a row depends on. `workflow_id` None means an import."""

    account_id: int
    job_id: int
    identifier: Identifier
    creates: bool
    updates: bool
    workflow_id: int | None
    again: bool

    @property
    def good(self) -> Any:
        """The outcome of a row whose contact exists, may be contacted, and is not enrolled yet."""
        if self.workflow_id is not None:
            return sa.literal(Outcome.ENROLLED)
        return sa.literal(Outcome.UPDATED if self.updates else Outcome.UNCHANGED)


def load_chunk(context: PlanContext, rows: Sequence[ReadRow]) -> None:
    """Write read rows to the ledger with their expected outcomes.

    `rows` have the columns of `staged_rows`, in that order, and are not empty. Earlier chunks must be loaded
    already, because a duplicate names the first row of its address.
    """
    if is_sqlite():
        session().execute(sa.text(str(sa.schema.CreateTable(staged_rows, if_not_exists=True))))
        session().execute(sa.delete(staged_rows))
    else:
        session().execute(sa.text("DROP TABLE IF EXISTS pg_temp.staged_rows"))
        staged_rows.create(session().connection())
    bulk_load(staged_rows, [column.name for column in staged_rows.columns], rows)
    refresh_statistics(staged_rows)
    session().execute(_into_ledger(context))
    if context.workflow_id is not None and not context.again:
        _tell_when_they_left(context, rows[0].row_number, rows[-1].row_number)
    if any(row.fields is not None for row in rows):
        session().execute(_fields_beside(context))


def _into_ledger(context: PlanContext) -> sa.Insert:
    staged = _staged(context)
    contact = _contacts_by_key(context, staged.c.key)
    is_duplicate = staged.c.first_row < staged.c.row_number
    under_way, was_in = _enrolled(context, contact.c.id)
    is_enrolled = sa.false() if context.workflow_id is None else under_way if context.again else was_in
    is_shared, is_open = contact.c.people > 1, may_be_contacted(contact.c.status)
    outcome = sa.case(
        (staged.c.verdict == Outcome.VALIDATION_ERROR, Outcome.VALIDATION_ERROR),
        (is_shared, Outcome.VALIDATION_ERROR),
        (is_duplicate, Outcome.DUPLICATE_IN_SELECTION),
        (
            contact.c.id.is_(None),
            sa.case((staged.c.withheld.isnot(None), Outcome.CONTACT_BLOCKED), else_=_missing(context))
            if context.creates
            else Outcome.CONTACT_NOT_FOUND,
        ),
        (sa.or_(staged.c.withheld.isnot(None), ~is_open), Outcome.CONTACT_BLOCKED),
        (is_enrolled, Outcome.ALREADY_ENROLLED),
        else_=context.good,
    )
    detail = sa.case(
        (staged.c.verdict == Outcome.VALIDATION_ERROR, staged.c.detail),
        (is_shared, "shared_phone"),
        (is_duplicate, sa.cast(staged.c.first_row, sa.String)),
        (contact.c.id.is_(None) if not context.creates else sa.false(), None),
        (staged.c.withheld.in_(REFUSALS), sa.func.coalesce(staged.c.detail, FILE)),
        (sa.and_(contact.c.id.is_not(None), ~is_open), contact.c.status),
        (staged.c.withheld.isnot(None), sa.func.coalesce(staged.c.detail, UNCLEAR)),
        else_=None,
    )
    columns: dict[str, Any] = {
        "account_id": sa.literal(context.account_id),
        "job_id": sa.literal(context.job_id),
        "row_number": staged.c.row_number,
        "line": staged.c.line,
        "identifier": staged.c.identifier,
        "key": staged.c.key,
        "contact_id": sa.case((is_shared, None), else_=contact.c.id),
        "outcome": outcome,
        "detail": detail,
        "note": staged.c.note,
        "withheld": staged.c.withheld,
        "source_row": staged.c.source_row,
    }
    # A look-up for each row on PostgreSQL: it might plan a join with all contacts of the account.
    found = contact.c.key == staged.c.key if is_sqlite() else sa.true()
    chosen = (
        sa.select(*columns.values())
        .select_from(staged)
        .outerjoin(contact, found)
        .order_by(staged.c.row_number)
    )
    return sa.insert(EnrollmentRow).from_select(list(columns), chosen)


def load_contacts(context: PlanContext, ids: sa.Select[Any], after: int, limit: int) -> int:
    """Write the next contacts of a select of ids to the ledger, ordered by id. Return their number.

    Up to `limit` contacts follow the one in row number `after`.
    """
    last = sa.select(EnrollmentRow.contact_id).where(
        EnrollmentRow.account_id == context.account_id,
        EnrollmentRow.job_id == context.job_id,
        EnrollmentRow.row_number == after,
    )
    behind = session().scalar(last) or 0
    following = ids.where(Contact.id > behind).order_by(Contact.id).limit(limit).subquery("following")
    under_way, was_in = _enrolled(context, Contact.id)
    is_enrolled = sa.false() if context.workflow_id is None else under_way if context.again else was_in
    is_open = may_be_contacted(Contact.status)
    number = sa.literal(after) + sa.func.row_number().over(order_by=Contact.id)
    key = sa.cast(Contact.id, sa.String)
    columns: dict[str, Any] = {
        "account_id": sa.literal(context.account_id),
        "job_id": sa.literal(context.job_id),
        "row_number": number,
        "line": number,
        "identifier": key,
        "key": key,
        "contact_id": Contact.id,
        "outcome": sa.case(
            (~is_open, Outcome.CONTACT_BLOCKED),
            (is_enrolled, Outcome.ALREADY_ENROLLED),
            else_=context.good,
        ),
        "detail": sa.case((~is_open, Contact.status), else_=None),
    }
    chosen = (
        sa.select(*columns.values())
        .join(following, following.c.id == Contact.id)
        .where(Contact.account_id == context.account_id)
    )
    loaded: Any = session().execute(
        sa.insert(EnrollmentRow).from_select(list(columns), chosen),
        execution_options={"preserve_rowcount": True},
    )
    if context.workflow_id is not None and not context.again:
        _tell_when_they_left(context, after + 1, after + limit)
    return int(loaded.rowcount)


def _tell_when_they_left(context: PlanContext, first: int, last: int) -> None:
    """Set the detail of ALREADY_ENROLLED rows whose contact has left the workflow to the day it left."""
    day = left_on(context.account_id, EnrollmentRow.contact_id, context.workflow_id)
    session().execute(
        sa.update(EnrollmentRow)
        .where(
            EnrollmentRow.account_id == context.account_id,
            EnrollmentRow.job_id == context.job_id,
            EnrollmentRow.row_number.between(first, last),
            EnrollmentRow.outcome == constant(Outcome.ALREADY_ENROLLED),
            EnrollmentRow.outcome >= constant(FIRST_PROBLEM),
            day.isnot(None),
        )
        .values(detail=day),
        execution_options={"synchronize_session": False},
    )


def _fields_beside(context: PlanContext) -> sa.Insert:
    chosen = sa.select(
        sa.literal(context.account_id),
        sa.literal(context.job_id),
        staged_rows.c.row_number,
        staged_rows.c.fields,
    ).where(staged_rows.c.fields.isnot(None))
    return sa.insert(RowFields).from_select(["account_id", "job_id", "row_number", "fields"], chosen)


def _staged(context: PlanContext) -> sa.Subquery:
    """Select the chunk, with the first row of each row's key: from an earlier chunk, else from this one."""
    earlier = (
        sa.select(EnrollmentRow.row_number)
        .where(
            EnrollmentRow.account_id == context.account_id,
            without_index(EnrollmentRow.job_id) == context.job_id,
            EnrollmentRow.key == staged_rows.c.key,
            _COUNTING,
        )
        .scalar_subquery()
    )
    here = sa.func.min(staged_rows.c.row_number).over(partition_by=staged_rows.c.key)
    return sa.select(staged_rows, sa.func.coalesce(earlier, here).label("first_row")).subquery("staged")


def _missing(context: PlanContext) -> Outcome:
    return Outcome.CREATED if context.workflow_id is None else Outcome.ENROLLED


def _contacts_by_key(context: PlanContext, key: Any) -> Any:
    """Select (key, id, status, people) of the chunk's contacts; `people` is how many share the key.

    On PostgreSQL a lateral look-up of the contact with `key`, for each row.
    """
    people: Any = sa.literal(1)
    found: list[Any] = [Contact.id, Contact.status]
    column = key_column(context.identifier)
    if context.identifier == "phone":
        people = sa.func.count()
        found = [sa.func.min(Contact.id).label("id"), sa.func.min(Contact.status).label("status")]
    if context.identifier == "contact_id":
        column = sa.cast(column, sa.String)
    query = sa.select(column.label("key"), *found, people.label("people"))
    if context.identifier == "phone":
        query = query.group_by(column)
    if not is_sqlite():
        return query.where(has_key(context.account_id, context.identifier, key)).limit(1).lateral("contact")
    keys = sa.select(staged_rows.c.key).where(staged_rows.c.key.isnot(None))
    if context.identifier == "contact_id":
        keys = sa.select(sa.cast(staged_rows.c.key, sa.BigInteger)).where(staged_rows.c.key.isnot(None))
    mine = sa.and_(Contact.account_id == context.account_id, key_column(context.identifier).in_(keys))
    return query.where(mine).subquery("contact")


def _enrolled(context: PlanContext, contact_id: Any) -> tuple[Any, Any]:
    """Return two SQL conditions: the contact is active in the workflow; it has ever been enrolled in it."""
    was_in = sa.select(Enrollment.id).where(
        Enrollment.account_id == context.account_id,
        Enrollment.contact_id == contact_id,
        without_index(Enrollment.workflow_id) == context.workflow_id,
    )
    return is_there(was_in.where(Enrollment.status.in_(UNDER_WAY))), is_there(
        was_in.where(counts_as_former(Enrollment))
    )


def unknown_tables() -> list[Any]:
    """Return the tables, of those that planning and batches search, whose statistics are out of date."""
    return unknown_to_planner(Contact.__table__, Enrollment.__table__)


def analyze_tables(tables: Sequence[Any]) -> None:
    refresh_statistics(*tables)


def forget_after(account_id: int, job_id: int, rows: int) -> None:
    """Delete all rows of a job from the ledger after the first `rows`."""
    forget_keys(account_id, job_id, after=rows)
    for table in (RowFields, EnrollmentRow):
        session().execute(
            sa.delete(table).where(
                table.account_id == account_id, table.job_id == job_id, table.row_number > rows
            ),
            execution_options={"synchronize_session": False},
        )
