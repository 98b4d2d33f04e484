"""Deletion of notifications and deliveries that are older than jobs are kept."""

from datetime import timedelta

from app.notifications.infrastructure import store
from app.platform.clock import now
from app.platform.database.pieces import delete_in_pieces
from app.platform.settings import current


def discard_old() -> None:
    """Delete, in short transactions, what is older than JOB_RETENTION_DAYS."""
    before = now() - timedelta(days=current().job_retention_days)
    delete_in_pieces(lambda at_most: store.discard_before(before, at_most))
