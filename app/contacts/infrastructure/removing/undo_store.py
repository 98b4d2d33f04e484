"""Writes that undo what a bulk job did to contacts. Its tags are taken back by `tag_store`."""

from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.database import session


def created(account_id: int, contact_ids: sa.Select[int], job_id: int) -> sa.Select[int]:
    """Select those of the contacts that the job created."""
    return sa.select(Contact.id).where(
        Contact.account_id == account_id, Contact.id.in_(contact_ids), Contact.created_job_id == job_id
    )


def remove(account_id: int, contact_ids: sa.Select[int], job_id: int) -> int:
    """Delete those of the contacts that the job created; return how many."""
    return _written(
        sa.delete(Contact).where(
            Contact.account_id == account_id,
            Contact.id.in_(contact_ids),
            Contact.created_job_id == job_id,
        )
    )


def _written(statement: Any) -> int:
    result: Any = session().execute(
        statement, execution_options={"synchronize_session": False, "preserve_rowcount": True}
    )
    return int(result.rowcount)
