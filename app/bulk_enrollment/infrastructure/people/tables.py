"""Tables of the consent ledger: what stays of deleted jobs, so that file, row, person, and legal basis of a
contact are still known (see docs/decisions/0012)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned


class PastJob(AccountOwned, db.Model):
    """A deleted job: the names of its file, its workflow, and the person who started it, and when it was
    created."""

    __tablename__ = "past_jobs"

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    source_name: Mapped[str] = mapped_column(sa.String(200))
    workflow: Mapped[str | None] = mapped_column(sa.String(120))
    started_by: Mapped[str | None] = mapped_column(sa.String(120))
    at: Mapped[datetime]
    consent_basis: Mapped[str] = mapped_column(sa.String(40))


class PastRow(AccountOwned, db.Model):
    """The row of a deleted job that wrote to a contact. `detail` is without what was quoted from the file."""

    __tablename__ = "past_rows"
    __table_args__ = ({"sqlite_with_rowid": False},)

    contact_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row_number: Mapped[int]
    line: Mapped[int]
    outcome: Mapped[int] = mapped_column(sa.SmallInteger)
    detail: Mapped[str | None] = mapped_column(sa.String(200))
