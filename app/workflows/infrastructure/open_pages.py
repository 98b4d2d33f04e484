"""What a page that is open has to know about its workflow, without loading the definition."""

import sqlalchemy as sa

from app.platform.database import session
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow


def revision_of(account_id: int, public_id: str) -> int | None:
    """Return the revision of a workflow, or None if it does not exist."""
    if not is_public_id(public_id):
        return None
    return session().scalar(
        sa.select(Workflow.revision).where(Workflow.account_id == account_id, Workflow.public_id == public_id)
    )
