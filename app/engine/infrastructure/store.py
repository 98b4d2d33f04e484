"""Bulk writes of enrollments."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY, EnrollmentStatus
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import is_sqlite, session
from app.platform.many_rows import is_there, without_index


def enroll_many(
    account_id: int,
    contacts: sa.Select[tuple[int]],
    workflow_id: int,
    version_id: int,
    first_step: str | None,
    again: bool,
    source: str,
    job_id: int | None,
    at: datetime,
) -> int:
    """Insert enrollments with one statement; see `application.enroll_many`."""
    wanted = contacts.subquery("wanted")
    contact_id = wanted.c[0]
    before = sa.select(Enrollment.id).where(
        Enrollment.account_id == account_id,
        Enrollment.contact_id == contact_id,
        without_index(Enrollment.workflow_id) == workflow_id,
    )
    if again:
        before = before.where(Enrollment.status.in_(UNDER_WAY))
    values = {
        "account_id": account_id,
        "workflow_id": workflow_id,
        "version_id": version_id,
        "status": EnrollmentStatus.HELD.value,
        "step_id": first_step,
        "source": source,
        "job_id": job_id,
        "enrolled_at": at,
    }
    columns = [sa.literal(value, Enrollment.__table__.c[name].type) for name, value in values.items()]
    # Looked up contact by contact through the primary key, whatever the planner's statistics say.
    open_contact = sa.select(Contact.id).where(
        Contact.account_id == account_id, Contact.id == contact_id, may_be_contacted(Contact.status)
    )
    chosen = (
        sa.select(*columns, contact_id).where(is_there(open_contact), ~is_there(before)).order_by(contact_id)
    )
    insert = (sqlite if is_sqlite() else postgresql).insert(Enrollment)
    enrolled: Any = session().execute(
        insert.from_select([*values, "contact_id"], chosen).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    return int(enrolled.rowcount)
