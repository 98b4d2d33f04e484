"""Writes of connected services."""

import sqlalchemy as sa

from app.integrations.infrastructure.queries import connected_kinds
from app.integrations.infrastructure.tables import Integration
from app.platform.database import session


def connect(account_id: int, kind: str, user_id: int | None) -> None:
    if kind not in connected_kinds(account_id):
        session().add(Integration(account_id=account_id, kind=kind, created_by=user_id))
        session().flush()


def disconnect(account_id: int, kind: str) -> None:
    session().execute(
        sa.delete(Integration).where(Integration.account_id == account_id, Integration.kind == kind),
        execution_options={"synchronize_session": False},
    )
