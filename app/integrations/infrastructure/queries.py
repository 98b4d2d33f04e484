"""Queries for connected services."""

import sqlalchemy as sa

from app.integrations.infrastructure.tables import Integration
from app.platform.database import session


def connected_kinds(account_id: int) -> set[str]:
    """Return the kinds that the account has connected itself."""
    return set(session().scalars(sa.select(Integration.kind).where(Integration.account_id == account_id)))
