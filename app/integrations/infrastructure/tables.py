"""Table of an account's connections to external services."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class Integration(AccountOwned, Authored, db.Model):
    __tablename__ = "integrations"
    __table_args__ = (sa.UniqueConstraint("account_id", "kind"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
