"""Reading which services an account has connected."""

import sqlalchemy as sa

from app.integrations.infrastructure.tables import Integration
from app.platform.database import session


def connected_kinds(account_id: int) -> set[str]:
    """The kinds with a connection of the account's own."""
    return set(session().scalars(sa.select(Integration.kind).where(Integration.account_id == account_id)))
