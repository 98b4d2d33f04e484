"""The condition for planned rows that create a contact."""

from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_PLAN, Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.files.domain.consent.cells import LEFT_OUT
from app.platform.database.many_rows import constant

_NEVER = (*DECIDED_BY_PLAN, Outcome.CONTACT_NOT_FOUND)


def makes_contact(rows: Any = EnrollmentRow) -> sa.ColumnElement[bool]:
    """SQL condition: the planned row creates a contact.

    `rows` is the ledger or its columns. Rows whose consent is unclear (LEFT_OUT) create no contact.
    """
    return sa.and_(
        rows.contact_id.is_(None),
        rows.key.isnot(None),
        sa.func.coalesce(rows.withheld, constant("")) != constant(LEFT_OUT),
        rows.outcome.notin_([constant(outcome) for outcome in _NEVER]),
    )
