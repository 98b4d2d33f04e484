"""What a page that is open has to know about its workflow, without loading the definition."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
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


def names_of(user_ids: Collection[int]) -> Mapping[int, str]:
    """Return {user id: name}."""
    if not user_ids:
        return {}
    rows = session().execute(sa.select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}
