"""The condition for jobs that do not wait for a time."""

from typing import Any

import sqlalchemy as sa


def may_begin(job: Any, at: Any) -> sa.ColumnElement[bool]:
    """SQL condition: batches of the job (its class, an alias, or its columns) may begin at a moment."""
    return sa.or_(job.not_before.is_(None), job.not_before <= at)
