"""What a page that is open has to know about its workflow, without loading the definition."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.platform.database.many_rows import id_param
from app.platform.database.short_reads import read_built
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow


def revision_of(account_id: int, public_id: str) -> int | None:
    """Return the revision of a workflow, or None if it does not exist."""
    if not is_public_id(public_id):
        return None
    found = read_built(_revision(), {"of_account": account_id, "of_workflow": public_id})
    return found[0][0] if found else None


@lru_cache
def _revision() -> sa.Select[Any]:
    one = Workflow.__table__.c
    return sa.select(one.revision).where(
        one.account_id == id_param("of_account"),
        one.public_id == sa.bindparam("of_workflow", type_=sa.String),
    )
