"""SQL conditions on enrollments, for this room and for queries of rooms above."""

from typing import Any

import sqlalchemy as sa


def counts_as_former(enrollments: Any) -> sa.ColumnElement[bool]:
    """SQL condition: the enrollment counts as having been in the workflow; one that was undone does not.

    `enrollments` is the table, its columns, or an alias.
    """
    is_counted: sa.ColumnElement[bool] = enrollments.undone_job_id.is_(None)
    return is_counted
