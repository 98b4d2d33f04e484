"""A range of a job's rows, and the SQL expressions that link them to contacts."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_PLAN, Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow, RowFields
from app.contacts.infrastructure.conditions import key_column
from app.contacts.infrastructure.tables import Contact
from app.files.domain.columns.identify import Identifier
from app.platform.database import session

_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Range:
    """Rows `first` to `last` of a job: a batch, or a part of the batch that begins with row `begins`."""

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

    def pieces(self, size: int) -> list["Range"]:
        """Return the range in ranges of at most `size` rows."""
        firsts = range(self.first, self.last + 1, size)
        return [replace(self, first=first, last=min(first + size - 1, self.last)) for first in firsts]

    def holds(self) -> sa.ColumnElement[bool]:
        """SQL condition: the ledger row is in the range."""
        return sa.and_(
            EnrollmentRow.account_id == self.account_id,
            EnrollmentRow.job_id == self.job_id,
            EnrollmentRow.row_number.between(self.first, self.last),
        )

    def open_rows(self) -> sa.ColumnElement[bool]:
        """SQL condition: the row is in the range, and planning has not finally decided its outcome."""
        return sa.and_(self.holds(), EnrollmentRow.outcome.notin_(DECIDED_BY_PLAN))

    def same_person(self) -> sa.ColumnElement[bool]:
        """SQL condition that joins a row to its linked contact."""
        return sa.and_(Contact.account_id == self.account_id, Contact.id == EnrollmentRow.contact_id)

    def number_in_file(self, row_number: Any) -> sa.ColumnElement[int]:
        """SQL expression for the number in the file of the job's row `row_number`."""
        named = sa.orm.aliased(EnrollmentRow, name="named_row")
        source_row = sa.select(named.source_row).where(
            named.account_id == self.account_id,
            named.job_id == self.job_id,
            named.row_number == row_number,
        )
        return sa.func.coalesce(source_row.scalar_subquery(), row_number)

    def owner(self) -> sa.ColumnElement[int]:
        """SQL expression for the id of the contact that currently has the row's key."""
        return owner_of(self.account_id, self.identifier, EnrollmentRow)


def fields_and_owners(span: Range) -> list[tuple[int | None, str]]:
    """Return (contact id, fields) of rows with fields, also of duplicates and of invalid rows. The id is that
    of the contact that has the row's key now; None if there is none, or if the row is invalid."""
    fields = fields_of(span.account_id, span.job_id, EnrollmentRow)
    owner = sa.case((EnrollmentRow.outcome != Outcome.VALIDATION_ERROR, span.owner()))
    query = sa.select(owner, fields).where(span.holds(), fields.isnot(None))
    return [(row[0], row[1]) for row in session().execute(query)]


def owners_of_keys(span: Range, keys: Collection[str]) -> dict[str, int]:
    """Return {key: id} of the contacts that have one of these keys, which are email addresses or ids."""
    column = key_column(span.identifier)
    wanted: list[Any] = [int(key) if span.identifier == "contact_id" else key for key in sorted(keys)]
    found: dict[str, int] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        some = column.in_(wanted[first : first + _AT_ONCE])
        query = sa.select(column, Contact.id).where(Contact.account_id == span.account_id, some)
        found |= {str(row[0]): row[1] for row in session().execute(query)}
    return found


def fields_of(account_id: Any, job_id: Any, rows: Any) -> sa.ScalarSelect[str]:
    """SQL expression for the values of a row's other columns.

    A subquery, because a join might read all fields of the job for each row when the job is missing from
    statistics.
    """
    fields = RowFields.__table__.c
    return (
        sa.select(fields.fields)
        .where(fields.account_id == account_id, fields.job_id == job_id, fields.row_number == rows.row_number)
        .limit(1)
        .scalar_subquery()
    )


def owner_of(account_id: Any, identifier: Identifier, rows: Any) -> sa.ColumnElement[int]:
    """SQL expression for the id of the contact that currently has the row's key, or NULL.

    `rows` is the ledger or its columns. Of several contacts with the same phone, only the one that planning
    found qualifies. A subquery for each row, through the index of the key.
    """
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
