"""Tables of rows that users fix, and of what they changed.

A sheet holds the fixable rows of a finished job with the cells to edit, so that its pages need not read the
file. What a retry changes in the rows of the file is copied to `row_edits` when it starts, so that later
edits do not affect it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned

OPEN, READY, LEFT_OUT, TAKEN = "open", "ready", "left_out", "taken"


class FixingSheet(AccountOwned, db.Model):
    """The sheet of a job. It is filled in the order of the rows; `filled_to` is the last row that was
    considered.

    `attempt` and `lease_until` belong to the worker that fills it.
    """

    __tablename__ = "fixing_sheets"

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    filled_to: Mapped[int] = mapped_column(default=0)
    filled_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(sa.String(500))
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class FixingRow(AccountOwned, db.Model):
    """A fixable row of a job.

    `cells` are the cells to edit as JSON {column position: text}, shortened, with the changes of earlier
    retries. `edits` are all changes against the file, in the same form; None until a user changes something
    in this sheet. `suggestion` are edits that would repair the row, by the repairs named in `repair`. `state`
    is open (not fixed yet), ready (fixed), left_out, or taken (by the job `retry_job_id`).
    """

    __tablename__ = "fixing_rows"
    __table_args__ = (
        sa.Index(None, "job_id", "state", "row_number", "outcome"),
        {"sqlite_with_rowid": False},
    )

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_row: Mapped[int]
    line: Mapped[int]
    outcome: Mapped[int] = mapped_column(sa.SmallInteger)
    detail: Mapped[str | None] = mapped_column(sa.String(200))
    cells: Mapped[str] = mapped_column(sa.Text)
    edits: Mapped[str | None] = mapped_column(sa.Text)
    suggestion: Mapped[str | None] = mapped_column(sa.Text)
    repair: Mapped[str | None] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.String(8), default=OPEN)
    retry_job_id: Mapped[int | None] = mapped_column(BigInt)


class RowEdits(AccountOwned, db.Model):
    """What was changed in a row of the file for a retry, as JSON {column position: text}."""

    __tablename__ = "row_edits"
    __table_args__ = ({"sqlite_with_rowid": False},)

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    source_row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edits: Mapped[str] = mapped_column(sa.Text)
