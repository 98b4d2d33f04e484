"""The steps of a batch that does not turn out as planned, each one statement over a range of rows.

In order: create contacts, link each row to its contact, withdraw consent, find duplicates, update contacts,
enroll (by the engine), write the outcomes that differ from the plan, count. An import writes outcomes before
it updates contacts. Only the counts are kept in memory.

One statement links rows to contacts and all later ones use its result, so an address that is edited during
the batch makes no difference.
"""

from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_PLAN, Outcome
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.store.row_range import Range, fields_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow, RowFields
from app.contacts.domain.consent import CONTACTABLE
from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.infrastructure.conditions import counts_as_former
from app.engine.infrastructure.tables import Enrollment
from app.files.domain.consent.cells import LEFT_OUT
from app.platform.database import AnySelect, session
from app.platform.database.many_rows import is_there, without_index

FILE = "file"  # detail of a row whose consent the file withdraws; may be followed by ":" and the source
UNCLEAR = "unclear"  # the same, for a row whose consent is unclear
_PLAIN = {"synchronize_session": False}

# Outcomes of rows that count for their contact in the job.
MET = (
    Outcome.ENROLLED,
    Outcome.ALREADY_ENROLLED,
    Outcome.CONTACT_BLOCKED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
)


def new_people(span: Range) -> AnySelect:
    """Select (status, fields) of open rows without a contact; `status` comes from the consent columns.

    Rows whose consent is unclear create no contact.
    """
    status = sa.func.coalesce(EnrollmentRow.withheld, CONTACTABLE.value).label("status")
    fields = _fields(span)
    return sa.select(status, fields.label("fields")).where(
        span.open_rows(), ~_left_out(), span.owner().is_(None), fields.isnot(None)
    )


def tie(span: Range) -> int:
    """Link every row to the contact that has its key now, which may have changed since planning.

    Return the number of rows whose contact has changed.
    """
    tied: Any = session().execute(
        sa.update(EnrollmentRow)
        .where(span.open_rows(), EnrollmentRow.contact_id.is_distinct_from(span.owner()))
        .values(contact_id=span.owner()),
        execution_options=_PLAIN | {"preserve_rowcount": True},
    )
    return int(tied.rowcount)


def linked_people(span: Range) -> sa.Select[Any]:
    """Select the contact ids of open rows."""
    return sa.select(EnrollmentRow.contact_id).where(span.open_rows(), EnrollmentRow.contact_id.is_not(None))


def may_meet_again(span: Range) -> bool:
    """Return whether any contact of the range has been edited, and so may have had another row's key."""
    edited = sa.select(EnrollmentRow.row_number).join(Contact, span.same_person())
    edited = edited.where(span.open_rows(), Contact.updated_at > Contact.created_at)
    return session().scalar(edited.limit(1)) is not None


def count_again(span: Range) -> None:
    """Mark rows as duplicates whose contact another row of the job already counts for.

    Reads all rows of the job, so call it only when the range may contain such rows.
    """
    other = sa.orm.aliased(EnrollmentRow, name="other")
    mine = sa.select(EnrollmentRow.contact_id).where(span.open_rows(), EnrollmentRow.contact_id.isnot(None))
    is_mine = other.row_number.between(span.first, span.last)
    is_done_before = other.row_number.between(span.begins, span.first - 1)  # earlier part of this batch
    is_done = is_settled(span.account_id, span.job_id, other)
    before = sa.func.min(sa.case((~is_mine, other.row_number)))
    matched = (
        sa.select(
            other.contact_id, sa.func.coalesce(before, sa.func.min(other.row_number)).label("row_number")
        )
        .where(
            other.account_id == span.account_id,
            other.job_id == span.job_id,
            other.contact_id.in_(mine),
            sa.case(
                (is_mine, other.outcome.notin_(DECIDED_BY_PLAN)),
                else_=sa.and_(other.outcome.in_(MET), sa.or_(is_done_before, is_done)),
            ),
        )
        .group_by(other.contact_id)
        .subquery("matched")
    )
    session().execute(
        sa.update(EnrollmentRow)
        .where(
            span.open_rows(),
            EnrollmentRow.contact_id == matched.c.contact_id,
            EnrollmentRow.row_number != matched.c.row_number,
        )
        .values(
            outcome=Outcome.DUPLICATE_IN_SELECTION,
            detail=sa.cast(span.number_in_file(matched.c.row_number), sa.String),
        ),
        execution_options=_PLAIN,
    )


def known_people(span: Range) -> AnySelect:
    """Select (contact_id, fields) of open rows whose contact was not created by this job."""
    fields = _fields(span)
    return (
        sa.select(Contact.id.label("contact_id"), fields.label("fields"))
        .select_from(EnrollmentRow)
        .join(Contact, span.same_person())
        .where(
            span.open_rows(),
            fields.isnot(None),
            ~_left_out(),
            Contact.created_job_id.is_distinct_from(span.job_id),
        )
    )


def has_withheld(span: Range) -> bool:
    query = sa.select(EnrollmentRow.row_number).where(span.open_rows(), _refused())
    return session().scalar(query.limit(1)) is not None


def withheld_people(span: Range) -> AnySelect:
    """Select (contact_id, status) of contacts whose consent the file withdraws."""
    return (
        sa.select(Contact.id.label("contact_id"), EnrollmentRow.withheld.label("status"))
        .join(Contact, span.same_person())
        .where(span.open_rows(), _refused())
    )


def open_people(span: Range) -> AnySelect:
    """Select the ids of contacts whose consent the file does not withhold.

    `enroll_many` checks whether they may be contacted.
    """
    return linked_people(span).where(EnrollmentRow.withheld.is_(None))


def people_with(span: Range, outcomes: tuple[Outcome, ...]) -> sa.Select[Any]:
    """Select the contact ids of rows with one of the outcomes."""
    return sa.select(EnrollmentRow.contact_id).where(span.holds(), EnrollmentRow.outcome.in_(outcomes))


def fields_with(span: Range, outcomes: tuple[Outcome, ...]) -> AnySelect:
    """Select (contact_id, fields) of rows that have one of the outcomes, and fields."""
    fields = _fields(span)
    return sa.select(EnrollmentRow.contact_id, fields.label("fields")).where(
        span.holds(), EnrollmentRow.outcome.in_(outcomes), fields.isnot(None)
    )


def write_enrolled(span: Range, workflow_id: int, creates: bool) -> None:
    """Write the outcomes that differ from the plan, after the engine has enrolled the contacts.

    `creates` means that unknown people become contacts.
    """
    of_contact = sa.and_(Enrollment.account_id == span.account_id, Enrollment.contact_id == Contact.id)
    enrolled = is_there(
        sa.select(Enrollment.id).where(
            of_contact,
            without_index(Enrollment.workflow_id) == workflow_id,
            without_index(Enrollment.job_id) == span.job_id,
        )
    )
    was_in = is_there(
        sa.select(Enrollment.id).where(
            of_contact, without_index(Enrollment.workflow_id) == workflow_id, counts_as_former(Enrollment)
        )
    )
    blocked, blocked_by = _blocked()
    _write_known(
        span,
        sa.case(
            (enrolled, Outcome.ENROLLED),
            (blocked, Outcome.CONTACT_BLOCKED),
            (was_in, Outcome.ALREADY_ENROLLED),
            else_=Outcome.ENROLLMENT_ERROR,  # became eligible only after the enrolling
        ),
        sa.case(
            (enrolled, None), (blocked, blocked_by), else_=left_on(span.account_id, Contact.id, workflow_id)
        ),
    )
    _write_unknown(span, creates)


def write_imported(span: Range, changed: sa.Select[int] | None, creates: bool) -> None:
    """Write the outcomes of an import that differ; `changed` selects the contacts it is about to update."""
    is_changed = sa.false() if changed is None else Contact.id.in_(changed)
    created = Contact.created_job_id == span.job_id
    blocked, blocked_by = _blocked()
    _write_known(
        span,
        sa.case(
            (blocked, Outcome.CONTACT_BLOCKED),
            (created, Outcome.CREATED),
            (is_changed, Outcome.UPDATED),
            else_=Outcome.UNCHANGED,
        ),
        sa.case((blocked, blocked_by), else_=None),
    )
    _write_unknown(span, creates)


def left_on(account_id: Any, contact_id: Any, workflow_id: Any) -> sa.ScalarSelect[Any]:
    """SQL expression for the day (text) a contact last left the workflow; NULL while it is enrolled."""
    return (
        sa.select(sa.func.substr(sa.cast(sa.func.max(Enrollment.ended_at), sa.String), 1, 10))
        .where(
            Enrollment.account_id == account_id,
            Enrollment.contact_id == contact_id,
            without_index(Enrollment.workflow_id) == workflow_id,
            counts_as_former(Enrollment),
        )
        .having(sa.func.count() == sa.func.count(Enrollment.ended_at))
        .scalar_subquery()
    )


def forget_fields(span: Range) -> None:
    session().execute(
        sa.delete(RowFields).where(
            RowFields.account_id == span.account_id,
            RowFields.job_id == span.job_id,
            RowFields.row_number.between(span.first, span.last),
        ),
        execution_options=_PLAIN,
    )


def _fields(span: Range) -> sa.ScalarSelect[str]:
    return fields_of(span.account_id, span.job_id, EnrollmentRow)


def _blocked() -> tuple[sa.ColumnElement[bool], sa.Case[Any]]:
    withheld, closed = EnrollmentRow.withheld.isnot(None), ~may_be_contacted(Contact.status)
    by = sa.case((_refused(), _quoted(FILE)), (closed, Contact.status), else_=_quoted(UNCLEAR))
    return sa.or_(withheld, closed), by


def _quoted(detail: str) -> sa.Case[Any]:
    """SQL expression: the planned detail if it quotes the file, else `detail`."""
    return sa.case((EnrollmentRow.detail.startswith(f"{detail}:"), EnrollmentRow.detail), else_=detail)


def _refused() -> sa.ColumnElement[bool]:
    """SQL condition: the file withdraws the consent of this row."""
    return sa.and_(EnrollmentRow.withheld.isnot(None), ~_left_out())


def _left_out() -> sa.ColumnElement[bool]:
    """SQL condition: the file does not clearly state the consent of this row."""
    return sa.func.coalesce(EnrollmentRow.withheld, "") == LEFT_OUT


def _write_known(span: Range, outcome: sa.Case[Any], detail: sa.Case[Any]) -> None:
    """Write the outcomes of rows that have a contact."""
    _write(sa.and_(span.open_rows(), span.same_person()), outcome, detail)


def _write_unknown(span: Range, creates: bool) -> None:
    """Write the outcomes of rows without a contact, or whose contact has just been deleted."""
    not_made = _left_out() if creates else sa.false()
    is_known = is_there(sa.select(Contact.id).where(span.same_person()))
    outcome = sa.case((not_made, Outcome.CONTACT_BLOCKED), else_=Outcome.CONTACT_NOT_FOUND)
    detail = sa.case((not_made, _quoted(UNCLEAR)), else_=None)
    _write(sa.and_(span.open_rows(), ~is_known), outcome, detail, contact_id=None)


def write_cancelled(span: Range) -> None:
    """Write the outcome CANCELLED to all rows of the range."""
    _write(span.holds(), sa.literal(Outcome.CANCELLED), sa.null())


def write_failed(span: Range, outcome: Outcome, detail: str | None = None) -> None:
    """Write one outcome to all open rows of the range."""
    _write(span.open_rows(), sa.literal(outcome), sa.null() if detail is None else sa.literal(detail))


def _write(
    rows: sa.ColumnElement[bool], outcome: sa.ColumnElement[Any], detail: sa.ColumnElement[Any], **others: Any
) -> None:
    """Write outcome, detail and `others`, skipping rows that already have these values."""
    differs = sa.or_(EnrollmentRow.outcome != outcome, EnrollmentRow.detail.is_distinct_from(detail))
    if others:
        differs = sa.or_(
            differs, *(getattr(EnrollmentRow, name).is_distinct_from(others[name]) for name in others)
        )
    session().execute(
        sa.update(EnrollmentRow).where(rows, differs).values(outcome=outcome, detail=detail, **others),
        execution_options=_PLAIN,
    )


def count_outcomes(span: Range) -> dict[Outcome, int]:
    rows = session().execute(
        sa.select(EnrollmentRow.outcome, sa.func.count()).where(span.holds()).group_by(EnrollmentRow.outcome)
    )
    return {Outcome(outcome): count for outcome, count in rows}
