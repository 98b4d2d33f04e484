"""Writes of uploads and remembered column mappings."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.files.infrastructure.tables import ColumnMapping, Upload
from app.platform.clock import now
from app.platform.database import session
from app.platform.database.upserts import insert_into


def add(upload: Upload) -> Upload:
    session().add(upload)
    session().flush()
    return upload


def change(upload: Upload, **values: Any) -> None:
    """Update columns of an upload, in the database and on the given object."""
    session().execute(
        sa.update(Upload)
        .where(Upload.account_id == upload.account_id, Upload.id == upload.id)
        .values(**values, updated_at=now()),
        execution_options={"synchronize_session": "evaluate"},
    )


def change_facts(row: Upload | ColumnMapping, values: dict[str, Any]) -> None:
    """Set columns of a loaded row, without a new time of change."""
    for name, value in values.items():
        setattr(row, name, value)
    session().flush()


def remember(
    account_id: int,
    fingerprint: str,
    mapping: dict[str, str],
    consent: dict[str, Any],
    user_id: int | None,
) -> None:
    insert = insert_into(ColumnMapping)
    moment = now()
    statement = insert.values(
        account_id=account_id,
        header_fingerprint=fingerprint,
        mapping=mapping,
        consent=consent,
        created_at=moment,
        updated_at=moment,
        created_by=user_id,
    )
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "header_fingerprint"],
            set_={"mapping": mapping, "consent": consent, "updated_at": moment},
        )
    )


def discard(account_id: int, upload_ids: Sequence[int]) -> None:
    session().execute(
        sa.delete(Upload).where(Upload.account_id == account_id, Upload.id.in_(upload_ids)),
        execution_options={"synchronize_session": False},
    )
