"""Table of what people and machines did with messages."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned


class Reaction(AccountOwned, db.Model):
    """A message was `opened`, `clicked`, `replied` to, or returned for now (`soft`). `link` is the address of
    a click, at most 500 characters of it."""

    __tablename__ = "message_reactions"
    __table_args__ = (sa.Index(None, "message_id", "kind", "at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInt)
    kind: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[datetime]
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    is_trap: Mapped[bool] = mapped_column(default=False)
    by_machine: Mapped[bool] = mapped_column(default=False)
