"""Reads of uploads and remembered column mappings."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from app.files.infrastructure.tables import ColumnMapping, Upload
from app.platform.database import session
from app.platform.database.page_reads import read_once


def upload_by_public_id(account_id: int, public_id: str) -> Upload | None:
    """Return the upload, reloaded from the database because another request may have changed how it is
    read."""
    return session().scalar(
        sa.select(Upload).where(Upload.account_id == account_id, Upload.public_id == public_id),
        execution_options={"populate_existing": True},
    )


def upload_by_id(account_id: int, upload_id: int) -> Upload | None:
    return session().scalar(sa.select(Upload).where(Upload.account_id == account_id, Upload.id == upload_id))


def mappings_of(account_id: int) -> Sequence[ColumnMapping]:
    """Return all remembered mappings of the account."""
    return session().scalars(sa.select(ColumnMapping).where(ColumnMapping.account_id == account_id)).all()


def upload_ids(account_id: int) -> list[int]:
    """Return the ids of all uploads of the account."""
    return list(session().scalars(sa.select(Upload.id).where(Upload.account_id == account_id)))


def bytes_of_uploads(account_id: int) -> int:
    """Return the total size of the account's uploads as sent; compressed on disk they are smaller."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Upload.size), 0)).where(Upload.account_id == account_id)
    return int(session().scalar(query) or 0)


def earlier_of_same_bytes(account_id: int, sha256: str, before: int) -> Sequence[Upload]:
    """Return up to 20 earlier uploads with this hash, newest first."""
    query = (
        sa.select(Upload)
        .where(Upload.account_id == account_id, Upload.sha256 == sha256, Upload.id < before)
        .order_by(Upload.id.desc())
        .limit(20)
    )
    return session().scalars(query).all()


def newest_uploads(account_id: int, limit: int = 5) -> Sequence[Upload]:
    """Return the latest uploads, only the newest of those with the same bytes."""
    newest = (
        sa.select(sa.func.max(Upload.id))
        .where(Upload.account_id == account_id)
        .group_by(Upload.sha256)
        .order_by(sa.func.max(Upload.id).desc())
        .limit(limit)
    )
    query = (
        sa.select(Upload)
        .where(Upload.account_id == account_id, Upload.id.in_(newest))
        .order_by(Upload.id.desc())
    )
    return session().scalars(query).all()


@read_once
def remembered_mapping(account_id: int, fingerprint: str) -> ColumnMapping | None:
    return session().scalar(
        sa.select(ColumnMapping).where(
            ColumnMapping.account_id == account_id, ColumnMapping.header_fingerprint == fingerprint
        ),
        execution_options={"populate_existing": True},
    )


def uploads_before(moment: datetime, after: int, limit: int) -> list[tuple[int, int, str]]:
    """Return (account id, id, public id) of uploads with ids above `after`, across accounts; for periodic
    tasks only."""
    query = (
        sa.select(Upload.account_id, Upload.id, Upload.public_id)
        .where(Upload.created_at < moment, Upload.id > after)
        .order_by(Upload.id)
        .limit(limit)
    )
    return [
        (row[0], row[1], row[2])
        for row in session().execute(query, execution_options={"cross_account": True})
    ]


def known_uploads(public_ids: Collection[str]) -> set[tuple[int, str]]:
    """Return (account id, public id) of those uploads that exist, across accounts; for periodic tasks
    only."""
    query = sa.select(Upload.account_id, Upload.public_id).where(Upload.public_id.in_(public_ids))
    return {(row[0], row[1]) for row in session().execute(query, execution_options={"cross_account": True})}


def newest_of_all(limit: int) -> list[tuple[int, str]]:
    """Return (account id, public id) of the latest uploads, across accounts; for `flask doctor` only."""
    query = sa.select(Upload.account_id, Upload.public_id).order_by(Upload.id.desc()).limit(limit)
    return [(row[0], row[1]) for row in session().execute(query, execution_options={"cross_account": True})]
