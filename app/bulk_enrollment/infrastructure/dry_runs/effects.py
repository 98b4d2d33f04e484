"""Counts of a range of planned rows: contacts to create, and values that people to enroll lack."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.dry_runs.effects import SAMPLES
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.conditions.newcomers import makes_contact
from app.bulk_enrollment.infrastructure.store import rows
from app.bulk_enrollment.infrastructure.store.row_range import Range, fields_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow, RowFields
from app.contacts.infrastructure.conditions import field_value, staged_value
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session


def people_to_create(span: Range) -> tuple[int, int, list[int]]:
    """Return the numbers of rows that create a contact, and of those whose contact must not be contacted;
    the first of these rows."""
    creating = sa.select(EnrollmentRow.row_number).where(span.holds(), makes_contact())
    counts = sa.select(sa.func.count(), sa.func.count(EnrollmentRow.withheld)).where(
        span.holds(), makes_contact()
    )
    count, withheld = session().execute(counts).one()
    if not count:
        return 0, 0, []
    samples = session().scalars(creating.order_by(EnrollmentRow.row_number).limit(SAMPLES))
    return count, withheld, list(samples)


def people_to_update(span: Range) -> sa.Select[Any]:
    """Select (contact_id, fields, row_number) of rows whose values may change an existing contact."""
    return rows.known_people(span).add_columns(EnrollmentRow.row_number)


def people_lacking(span: Range, names: Sequence[str], updates: bool) -> tuple[int, dict[str, int]]:
    """Return the number of people to enroll, and {contact field: number of them without a value}.

    `updates`: existing contacts get the values of their row.
    """
    lacks = [sa.func.sum(sa.case((_is_lacking(span, name, updates), 1), else_=0)) for name in names]
    query = (
        sa.select(sa.func.count(), *lacks)
        .select_from(EnrollmentRow)
        .outerjoin(Contact, span.same_person())
        .where(span.holds(), EnrollmentRow.outcome == Outcome.ENROLLED)
    )
    people, *counts = session().execute(query).one()
    return people, {name: count or 0 for name, count in zip(names, counts, strict=True)}


def leave_out(span: Range, name: str, updates: bool) -> None:
    """Give rows of people to enroll without a value in a contact field the outcome VALUE_MISSING."""
    lacking = (
        sa.select(EnrollmentRow.row_number)
        .select_from(EnrollmentRow)
        .outerjoin(Contact, span.same_person())
        .where(span.holds(), EnrollmentRow.outcome == Outcome.ENROLLED, _is_lacking(span, name, updates))
    )
    session().execute(
        sa.update(EnrollmentRow)
        .where(span.holds(), EnrollmentRow.row_number.in_(lacking))
        .values(outcome=Outcome.VALUE_MISSING, detail=name),
        execution_options={"synchronize_session": False},
    )


def _is_lacking(span: Range, name: str, updates: bool) -> sa.ColumnElement[bool]:
    of_contact = field_value(name)
    given = staged_value(name, fields_of(span.account_id, span.job_id, EnrollmentRow))
    takes_given = sa.true() if updates else EnrollmentRow.contact_id.is_(None)
    return sa.and_(of_contact.is_(None), sa.or_(sa.not_(takes_given), given.is_(None)))


def values_of(account_id: int, job_id: int, numbers: Sequence[int]) -> list[Any]:
    """Return (row_number, line, identifier, fields, contact or None) of sample rows; `fields` is the JSON
    text of the row's values."""
    query = (
        sa.select(
            EnrollmentRow.row_number,
            EnrollmentRow.line,
            EnrollmentRow.identifier,
            RowFields.fields,
            Contact,
        )
        .outerjoin(
            RowFields,
            sa.and_(
                RowFields.account_id == account_id,
                RowFields.job_id == EnrollmentRow.job_id,
                RowFields.row_number == EnrollmentRow.row_number,
            ),
        )
        .outerjoin(Contact, sa.and_(Contact.account_id == account_id, Contact.id == EnrollmentRow.contact_id))
        .where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            EnrollmentRow.row_number.in_(numbers),
        )
        .order_by(EnrollmentRow.row_number)
    )
    return list(session().execute(query))
