"""A range of a job's rows, and the conditions that tie them to contacts."""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_FILE
from app.bulk_enrollment.domain.selection import Identifier
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow, RowFields
from app.contacts.infrastructure.tables import Contact


@dataclass(frozen=True)
class Range:
    """Rows `first` to `last` of a job: a batch, or a part of the one that begins with row `begins`."""

    account_id: int
    job_id: int
    identifier: Identifier
    first: int
    last: int
    begins: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def halves(self) -> tuple["Range", "Range"]:
        middle = (self.first + self.last) // 2
        return replace(self, last=middle), replace(self, first=middle + 1)

    def holds(self) -> sa.ColumnElement[bool]:
        """The condition on the ledger."""
        return sa.and_(
            EnrollmentRow.account_id == self.account_id,
            EnrollmentRow.job_id == self.job_id,
            EnrollmentRow.row_number.between(self.first, self.last),
        )

    def open_rows(self) -> sa.ColumnElement[bool]:
        """Rows whose fate the file alone has not decided."""
        return sa.and_(self.holds(), EnrollmentRow.outcome.notin_(DECIDED_BY_FILE))

    def same_person(self) -> sa.ColumnElement[bool]:
        """A row and its contact, once they are tied."""
        return sa.and_(Contact.account_id == self.account_id, Contact.id == EnrollmentRow.contact_id)

    def owner(self) -> sa.ColumnElement[int]:
        """The contact that has the key of the row at this moment."""
        return owner_of(self.account_id, self.identifier, EnrollmentRow)


def fields_of(account_id: Any, job_id: Any, rows: Any) -> sa.ScalarSelect[str]:
    """The values of a row's other columns, looked up row by row: a join with those of a job that statistics
    do not know might read all of them for each row."""
    fields = RowFields.__table__.c
    return (
        sa.select(fields.fields)
        .where(fields.account_id == account_id, fields.job_id == job_id, fields.row_number == rows.row_number)
        .limit(1)
        .scalar_subquery()
    )


def owner_of(account_id: Any, identifier: Identifier, rows: Any) -> sa.ColumnElement[int]:
    """The contact that has the key of the row at this moment, asked row by row through its index. `rows` is
    the ledger, or its columns. With a phone that several have, it is the contact that planning found or
    nobody."""
    contacts = Contact.__table__.c
    of_account = contacts.account_id == account_id
    planned = sa.select(contacts.id).where(of_account, contacts.id == rows.contact_id)
    if identifier == "email":
        return sa.select(contacts.id).where(of_account, contacts.email_key == rows.key).scalar_subquery()
    if identifier == "contact_id":
        return planned.scalar_subquery()
    sole = sa.select(sa.func.min(contacts.id)).where(of_account, contacts.phone_key == rows.key)
    return sa.func.coalesce(
        planned.where(contacts.phone_key == rows.key).scalar_subquery(),
        sole.having(sa.func.count() == 1).scalar_subquery(),
    )
