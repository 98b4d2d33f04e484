"""Deletion of notifications and deliveries that are older than jobs are kept."""

from datetime import timedelta

from app.notifications.infrastructure import store
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.settings import current

ROWS = 1000  # per table and transaction
MOST_PIECES = 20  # per call


def discard_old() -> None:
    """Delete, in short transactions, what is older than JOB_RETENTION_DAYS."""
    before = now() - timedelta(days=current().job_retention_days)
    for _ in range(MOST_PIECES):
        with transaction():
            deleted = store.discard_before(before, ROWS)
        if not deleted:
            return
