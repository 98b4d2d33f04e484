"""A range of a job's rows, and the conditions that tie them to contacts."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_FILE
from app.bulk_enrollment.domain.selection import Identifier
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.contacts.infrastructure.tables import Contact


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
        """A row and its contact, once they are tied."""
        return sa.and_(Contact.account_id == self.account_id, Contact.id == EnrollmentRow.contact_id)

    def owner(self) -> sa.ColumnElement[int]:
        """The contact that has the key of the row at this moment, asked row by row through its index. With a
        phone that several have, it is the contact that planning found or nobody."""
        of_account = Contact.account_id == self.account_id
        planned = sa.select(Contact.id).where(of_account, Contact.id == EnrollmentRow.contact_id)
        if self.identifier == "email":
            by_email = sa.select(Contact.id).where(of_account, Contact.email_key == EnrollmentRow.key)
            return by_email.scalar_subquery()
        if self.identifier == "contact_id":
            return planned.scalar_subquery()
        sole = sa.select(sa.func.min(Contact.id)).where(of_account, Contact.phone_key == EnrollmentRow.key)
        return sa.func.coalesce(
            planned.where(Contact.phone_key == EnrollmentRow.key).scalar_subquery(),
            sole.having(sa.func.count() == 1).scalar_subquery(),
        )
