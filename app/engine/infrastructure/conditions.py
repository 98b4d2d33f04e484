"""SQL conditions on enrollments, for this room and for queries of rooms above."""

from typing import Any

import sqlalchemy as sa

from app.engine.domain import EndReason
from app.platform.database.many_rows import off_index, without_index


def counts_as_former(enrollments: Any) -> sa.ColumnElement[bool]:
    """SQL condition: the enrollment counts as having been in the workflow; one that was undone does not.

    `enrollments` is the table, its columns, or an alias.
    """
    is_counted: sa.ColumnElement[bool] = enrollments.undone_job_id.is_(None)
    return is_counted


def in_workflow(
    enrollments: Any, account_id: Any, workflow_id: Any, on_sqlite: bool
) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """SQL conditions: the enrollments of a workflow, found by their index with status and id behind. The
    account is named twice: for the index, and for the partition, if the table is divided by account."""
    return (
        enrollments.workflow_id == workflow_id,
        without_index(enrollments.account_id) == account_id,
        off_index(enrollments.account_id, on_sqlite) == account_id,
    )


def ended_by_archiving(enrollments: Any) -> sa.ColumnElement[bool]:
    """SQL condition: the enrollment ended only because the workflow was archived."""
    is_archived: sa.ColumnElement[bool] = enrollments.end_reason == EndReason.ARCHIVED.value
    return is_archived
