"""Table of verifications."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned


class JobVerification(AccountOwned, db.Model):
    """The latest verification of a job. `document` holds `checks` once it is finished: lists of the fields of
    `verify.Check`."""

    __tablename__ = "job_verifications"

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
