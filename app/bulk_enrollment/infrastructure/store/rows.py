"""What a batch does to its rows, each step one statement over a range of row numbers.

The steps in the order of a batch: make or change contacts, take consent away, enroll (the engine's door),
write every row's outcome, count. Nothing is kept in memory but the counts.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_FILE, Outcome
from app.bulk_enrollment.domain.selection import Identifier
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.contacts.infrastructure.tables import Contact
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session
from app.platform.many_rows import beside_index, is_there

_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True)
class Range:
    """Rows `first` to `last` of a job."""

    account_id: int
    job_id: int
    identifier: Identifier
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def halves(self) -> tuple["Range", "Range"]:
        middle = (self.first + self.last) // 2
        low = Range(self.account_id, self.job_id, self.identifier, self.first, middle)
        return low, Range(self.account_id, self.job_id, self.identifier, middle + 1, self.last)

    def holds(self) -> sa.ColumnElement[bool]:
        """The condition on the ledger."""
        return sa.and_(
            EnrollmentRow.account_id == self.account_id,
            EnrollmentRow.job_id == self.job_id,
            EnrollmentRow.row_number.between(self.first, self.last),
        )

    def open_rows(self) -> sa.ColumnElement[bool]:
        """Rows whose fate the file alone has not decided."""
        return sa.and_(self.holds(), EnrollmentRow.verdict.notin_(DECIDED_BY_FILE))

    def same_person(self) -> sa.ColumnElement[bool]:
        """A row and its contact, looked up afresh: the contact may have come or gone since planning."""
        of_account = Contact.account_id == self.account_id
        if self.identifier == "email":
            return sa.and_(of_account, Contact.email_key == EnrollmentRow.key)
        return sa.and_(of_account, Contact.id == EnrollmentRow.contact_id)


def new_people(span: Range) -> sa.Select[Any]:
    """Rows that speak of nobody yet: `status` as the file's consent column says, and `fields`."""
    known = sa.exists().where(span.same_person())
    return sa.select(
        sa.func.coalesce(EnrollmentRow.withheld, "active").label("status"), EnrollmentRow.fields
    ).where(span.open_rows(), EnrollmentRow.fields.isnot(None), ~known)


def find_by_phone(span: Range) -> None:
    """Tie rows to the contacts that this job has just made from phone numbers."""
    made = (
        sa.select(sa.func.min(Contact.id))
        .where(Contact.account_id == span.account_id, Contact.phone_key == EnrollmentRow.key)
        .scalar_subquery()
    )
    session().execute(
        sa.update(EnrollmentRow)
        .where(span.open_rows(), EnrollmentRow.contact_id.is_(None))
        .values(contact_id=made),
        execution_options=_PLAIN,
    )


def known_people(span: Range) -> sa.Select[Any]:
    """(contact_id, fields) of the contacts that were there before this job."""
    return (
        sa.select(Contact.id.label("contact_id"), EnrollmentRow.fields)
        .join(Contact, span.same_person())
        .where(
            span.open_rows(),
            EnrollmentRow.fields.isnot(None),
            Contact.created_job_id.is_distinct_from(span.job_id),
        )
    )


def has_withheld(span: Range) -> bool:
    query = sa.select(EnrollmentRow.row_number).where(span.open_rows(), EnrollmentRow.withheld.isnot(None))
    return session().scalar(query.limit(1)) is not None


def withheld_people(span: Range) -> sa.Select[Any]:
    """(contact_id, status) of those who, the file says, want no mail."""
    return (
        sa.select(Contact.id.label("contact_id"), EnrollmentRow.withheld.label("status"))
        .join(Contact, span.same_person())
        .where(span.open_rows(), EnrollmentRow.withheld.isnot(None))
    )


def open_people(span: Range) -> sa.Select[tuple[int]]:
    """Ids of the contacts that may be enrolled."""
    return (
        sa.select(Contact.id)
        .join(EnrollmentRow, span.same_person())
        .where(span.open_rows(), EnrollmentRow.withheld.is_(None), Contact.status == "active")
    )


def people_with(span: Range, outcomes: tuple[Outcome, ...]) -> sa.Select[tuple[int]]:
    """Ids of the contacts of rows with one of the outcomes."""
    return sa.select(EnrollmentRow.contact_id).where(span.holds(), EnrollmentRow.outcome.in_(outcomes))


def write_enrolled(span: Range, workflow_id: int) -> None:
    """The outcome of every row, after the engine has enrolled who could be."""
    of_contact = sa.and_(Enrollment.account_id == span.account_id, Enrollment.contact_id == Contact.id)
    enrolled = is_there(
        sa.select(Enrollment.id).where(
            of_contact,
            beside_index(Enrollment.workflow_id) == workflow_id,
            beside_index(Enrollment.job_id) == span.job_id,
        )
    )
    in_workflow = sa.and_(of_contact, beside_index(Enrollment.workflow_id) == workflow_id)
    was_in = is_there(sa.select(Enrollment.id).where(in_workflow))
    left_on = (
        sa.select(sa.func.substr(sa.cast(sa.func.max(Enrollment.ended_at), sa.String), 1, 10))
        .where(in_workflow)
        .having(sa.func.count() == sa.func.count(Enrollment.ended_at))
        .scalar_subquery()
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
        sa.case((enrolled, None), (blocked, blocked_by), else_=left_on),
    )
    _write_unknown(span)


def write_imported(span: Range, changed: sa.Select[tuple[int]] | None) -> None:
    """The same for an import; `changed` are the contacts that it is about to change, so the rows keep their
    fields until `forget_fields`."""
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
        keep_fields=changed is not None,
    )
    _write_unknown(span)


def forget_fields(span: Range) -> None:
    session().execute(
        sa.update(EnrollmentRow).where(span.holds(), EnrollmentRow.fields.isnot(None)).values(fields=None),
        execution_options=_PLAIN,
    )


def _blocked() -> tuple[sa.ColumnElement[bool], sa.Case[Any]]:
    withheld = EnrollmentRow.withheld.isnot(None)
    return sa.or_(withheld, Contact.status != "active"), sa.case((withheld, "file"), else_=Contact.status)


def _write_known(span: Range, outcome: sa.Case[Any], detail: sa.Case[Any], keep_fields: bool = False) -> None:
    session().execute(
        sa.update(EnrollmentRow)
        .where(span.open_rows(), span.same_person())
        .values(
            contact_id=Contact.id,
            outcome=outcome,
            detail=detail,
            fields=EnrollmentRow.fields if keep_fields else None,
        ),
        execution_options=_PLAIN,
    )


def _write_unknown(span: Range) -> None:
    """What the file alone decided, and who is nobody's contact."""
    decided = EnrollmentRow.verdict.in_(DECIDED_BY_FILE)
    session().execute(
        sa.update(EnrollmentRow)
        .where(span.holds(), EnrollmentRow.outcome.is_(None))
        .values(
            outcome=sa.case((decided, EnrollmentRow.verdict), else_=Outcome.CONTACT_NOT_FOUND),
            detail=sa.case((decided, EnrollmentRow.detail), else_=None),
            contact_id=sa.case((decided, EnrollmentRow.contact_id), else_=None),
            fields=None,
        ),
        execution_options=_PLAIN,
    )


def write_cancelled(span: Range) -> None:
    """Rows whose turn never came."""
    _write_all(span, sa.literal(Outcome.CANCELLED), sa.null())


def write_failed(span: Range, outcome: Outcome) -> None:
    """One failure for all rows of the range; what the file alone decided stays."""
    decided = EnrollmentRow.verdict.in_(DECIDED_BY_FILE)
    _write_all(
        span,
        sa.case((decided, EnrollmentRow.verdict), else_=outcome),
        sa.case((decided, EnrollmentRow.detail), else_=None),
    )


def _write_all(span: Range, outcome: sa.ColumnElement[Any], detail: sa.ColumnElement[Any]) -> None:
    session().execute(
        sa.update(EnrollmentRow).where(span.holds()).values(outcome=outcome, detail=detail, fields=None),
        execution_options=_PLAIN,
    )


def count_outcomes(span: Range) -> dict[Outcome, int]:
    rows = session().execute(
        sa.select(EnrollmentRow.outcome, sa.func.count()).where(span.holds()).group_by(EnrollmentRow.outcome)
    )
    return {Outcome(outcome): count for outcome, count in rows}
