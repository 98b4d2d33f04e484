"""Writes of connected services."""

from datetime import datetime

import sqlalchemy as sa

from app.integrations.infrastructure.queries import connected_kinds
from app.integrations.infrastructure.tables import Integration, ServiceTest
from app.platform.database import session
from app.platform.database.upserts import insert_into


def connect(account_id: int, kind: str, user_id: int | None) -> None:
    if kind not in connected_kinds(account_id):
        session().add(Integration(account_id=account_id, kind=kind, created_by=user_id))
        session().flush()


def disconnect(account_id: int, kind: str) -> None:
    session().execute(
        sa.delete(Integration).where(Integration.account_id == account_id, Integration.kind == kind),
        execution_options={"synchronize_session": False},
    )


def note_test(account_id: int, kind: str, at: datetime, is_ok: bool) -> None:
    values = {"tested_at": at, "is_ok": is_ok}
    insert = insert_into(ServiceTest.__table__).values(account_id=account_id, kind=kind, **values)
    session().execute(insert.on_conflict_do_update(index_elements=["account_id", "kind"], set_=values))
