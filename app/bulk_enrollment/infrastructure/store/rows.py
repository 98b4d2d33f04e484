"""What a batch does to its rows, each step one statement over a range of row numbers.

The steps in the order of a batch: make contacts, tie each row to its contact, change contacts, take consent
away, enroll (the engine's door), write the outcome of rows where it is not the planned one, count. Nothing is
kept in memory but the counts.

One statement ties rows to contacts, and all others go by its result: an address that is edited meanwhile
makes no difference to the batch.
"""

from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_FILE, Outcome
from app.bulk_enrollment.infrastructure.settled import is_settled
from app.bulk_enrollment.infrastructure.store.row_range import Range, fields_of
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow, RowFields
from app.contacts.domain.consent import CONTACTABLE
from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.infrastructure.tables import Enrollment
from app.files.domain.consent.cells import LEFT_OUT
from app.platform.database import session
from app.platform.many_rows import is_there, without_index

FILE = "file"  # the detail of a row that the file withholds; what says so may follow, behind a colon
UNCLEAR = "unclear"  # the same where nobody knows whether the person may be contacted
_PLAIN = {"synchronize_session": False}

# Outcomes of a row that has brought its contact into the job.
MET = (
    Outcome.ENROLLED,
    Outcome.ALREADY_ENROLLED,
    Outcome.CONTACT_BLOCKED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
)


def new_people(span: Range) -> sa.Select[Any]:
    """Rows that speak of nobody yet: `status` as the file's consent columns say, and `fields`. Who is left
    out, because nobody knows whether they may be contacted, does not become a contact."""
    status = sa.func.coalesce(EnrollmentRow.withheld, CONTACTABLE.value).label("status")
    fields = _fields(span)
    return sa.select(status, fields.label("fields")).where(
        span.open_rows(), ~_left_out(), span.owner().is_(None), fields.isnot(None)
    )


def tie(span: Range) -> int:
    """Tie every row to its contact, looked up afresh: it may have come, gone or changed its address since
    planning. Returns how many rows have another contact than before."""
    tied: Any = session().execute(
        sa.update(EnrollmentRow)
        .where(span.open_rows(), EnrollmentRow.contact_id.is_distinct_from(span.owner()))
        .values(contact_id=span.owner()),
        execution_options=_PLAIN | {"preserve_rowcount": True},
    )
    return int(tied.rowcount)


def may_meet_again(span: Range) -> bool:
    """Whether any contact of the range has been edited, and so may have had another row's key before."""
    edited = sa.select(EnrollmentRow.row_number).join(Contact, span.same_person())
    edited = edited.where(span.open_rows(), Contact.updated_at > Contact.created_at)
    return session().scalar(edited.limit(1)) is not None


def count_again(span: Range) -> None:
    """A contact counts once in a job: rows whose contact another row has brought become duplicates of it.
    The job's rows are all read, so this is for ranges of which something is suspected."""
    other = sa.orm.aliased(EnrollmentRow, name="other")
    mine = sa.select(EnrollmentRow.contact_id).where(span.open_rows(), EnrollmentRow.contact_id.isnot(None))
    is_mine = other.row_number.between(span.first, span.last)
    is_done_before = other.row_number.between(span.begins, span.first - 1)  # in this batch, when it is halved
    is_done = is_settled(span.account_id, span.job_id, other)
    before = sa.func.min(sa.case((~is_mine, other.row_number)))
    met = (
        sa.select(
            other.contact_id, sa.func.coalesce(before, sa.func.min(other.row_number)).label("row_number")
        )
        .where(
            other.account_id == span.account_id,
            other.job_id == span.job_id,
            other.contact_id.in_(mine),
            sa.case(
                (is_mine, other.outcome.notin_(DECIDED_BY_FILE)),
                else_=sa.and_(other.outcome.in_(MET), sa.or_(is_done_before, is_done)),
            ),
        )
        .group_by(other.contact_id)
        .subquery("met")
    )
    session().execute(
        sa.update(EnrollmentRow)
        .where(
            span.open_rows(),
            EnrollmentRow.contact_id == met.c.contact_id,
            EnrollmentRow.row_number != met.c.row_number,
        )
        .values(outcome=Outcome.DUPLICATE_IN_SELECTION, detail=sa.cast(met.c.row_number, sa.String)),
        execution_options=_PLAIN,
    )


def known_people(span: Range) -> sa.Select[Any]:
    """(contact_id, fields) of the contacts that were there before this job."""
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


def withheld_people(span: Range) -> sa.Select[Any]:
    """(contact_id, status) of those who, the file says, are not to be contacted."""
    return (
        sa.select(Contact.id.label("contact_id"), EnrollmentRow.withheld.label("status"))
        .join(Contact, span.same_person())
        .where(span.open_rows(), _refused())
    )


def open_people(span: Range) -> sa.Select[Any]:
    """Ids of the contacts that the file lets in. `enroll_many` asks whether they may be contacted."""
    return sa.select(EnrollmentRow.contact_id).where(
        span.open_rows(), EnrollmentRow.contact_id.is_not(None), EnrollmentRow.withheld.is_(None)
    )


def people_with(span: Range, outcomes: tuple[Outcome, ...]) -> sa.Select[tuple[int]]:
    """Ids of the contacts of rows with one of the outcomes."""
    return sa.select(EnrollmentRow.contact_id).where(span.holds(), EnrollmentRow.outcome.in_(outcomes))


def fields_with(span: Range, outcomes: tuple[Outcome, ...]) -> sa.Select[Any]:
    """(contact_id, fields) of rows with one of the outcomes that have fields."""
    fields = _fields(span)
    return sa.select(EnrollmentRow.contact_id, fields.label("fields")).where(
        span.holds(), EnrollmentRow.outcome.in_(outcomes), fields.isnot(None)
    )


def write_enrolled(span: Range, workflow_id: int, creates: bool) -> None:
    """The outcome of rows of which something else came than planned, after the engine has enrolled who could
    be. `creates`: people who are no contacts become some."""
    of_contact = sa.and_(Enrollment.account_id == span.account_id, Enrollment.contact_id == Contact.id)
    enrolled = is_there(
        sa.select(Enrollment.id).where(
            of_contact,
            without_index(Enrollment.workflow_id) == workflow_id,
            without_index(Enrollment.job_id) == span.job_id,
        )
    )
    was_in = is_there(
        sa.select(Enrollment.id).where(of_contact, without_index(Enrollment.workflow_id) == workflow_id)
    )
    blocked, blocked_by = _blocked()
    _write_known(
        span,
        sa.case(
            (enrolled, Outcome.ENROLLED),
            (blocked, Outcome.CONTACT_BLOCKED),
            (was_in, Outcome.ALREADY_ENROLLED),
            else_=Outcome.ENROLLMENT_ERROR,  # who came, or was let in again, a moment after the enrolling
        ),
        sa.case(
            (enrolled, None), (blocked, blocked_by), else_=left_on(span.account_id, Contact.id, workflow_id)
        ),
    )
    _write_unknown(span, creates)


def write_imported(span: Range, changed: sa.Select[tuple[int]] | None, creates: bool) -> None:
    """The same for an import; `changed` are the contacts that it is about to change."""
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
    """The day on which a contact left the workflow for the last time; NULL while it is in it."""
    return (
        sa.select(sa.func.substr(sa.cast(sa.func.max(Enrollment.ended_at), sa.String), 1, 10))
        .where(
            Enrollment.account_id == account_id,
            Enrollment.contact_id == contact_id,
            without_index(Enrollment.workflow_id) == workflow_id,
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
    """The detail as it was planned, where it quotes the file."""
    return sa.case((EnrollmentRow.detail.startswith(f"{detail}:"), EnrollmentRow.detail), else_=detail)


def _refused() -> sa.ColumnElement[bool]:
    """The file says that this person is not to be contacted."""
    return sa.and_(EnrollmentRow.withheld.isnot(None), ~_left_out())


def _left_out() -> sa.ColumnElement[bool]:
    """The file does not clearly say that this person may be contacted."""
    return sa.func.coalesce(EnrollmentRow.withheld, "") == LEFT_OUT


def _write_known(span: Range, outcome: sa.Case[Any], detail: sa.Case[Any]) -> None:
    """The outcome of rows that have a contact, where it is another than planned."""
    _write(sa.and_(span.open_rows(), span.same_person()), outcome, detail)


def _write_unknown(span: Range, creates: bool) -> None:
    """The same of rows that are nobody's contact, or whose contact was deleted a moment ago."""
    not_made = _left_out() if creates else sa.false()
    is_known = is_there(sa.select(Contact.id).where(span.same_person()))
    outcome = sa.case((not_made, Outcome.CONTACT_BLOCKED), else_=Outcome.CONTACT_NOT_FOUND)
    detail = sa.case((not_made, _quoted(UNCLEAR)), else_=None)
    _write(sa.and_(span.open_rows(), ~is_known), outcome, detail, contact_id=None)


def write_cancelled(span: Range) -> None:
    """Rows whose turn never came."""
    _write(span.holds(), sa.literal(Outcome.CANCELLED), sa.null())


def write_failed(span: Range, outcome: Outcome) -> None:
    """One failure for all rows of the range; what the file alone decided stays."""
    _write(span.open_rows(), sa.literal(outcome), sa.null())


def _write(
    rows: sa.ColumnElement[bool], outcome: sa.ColumnElement[Any], detail: sa.ColumnElement[Any], **others: Any
) -> None:
    """Outcome and detail of those of the rows that have others. A row that stays as it is costs no write."""
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
