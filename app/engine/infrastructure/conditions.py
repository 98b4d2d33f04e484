"""SQL conditions on enrollments, for this room and for queries of rooms above."""

from typing import Any

import sqlalchemy as sa

from app.engine.domain import EndReason


def counts_as_former(enrollments: Any) -> sa.ColumnElement[bool]:
    """SQL condition: the enrollment counts as having been in the workflow; one that was undone does not.

    `enrollments` is the table, its columns, or an alias.
    """
    is_counted: sa.ColumnElement[bool] = enrollments.undone_job_id.is_(None)
    return is_counted


def ended_by_archiving(enrollments: Any) -> sa.ColumnElement[bool]:
    """SQL condition: the enrollment ended only because the workflow was archived."""
    is_archived: sa.ColumnElement[bool] = enrollments.end_reason == EndReason.ARCHIVED.value
    return is_archived
