"""Tables of the email providers whose reports an account receives."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class MailProviderRow(AccountOwned, Authored, db.Model):
    """An email provider that reports to an account. `key`, which checks its reports, is encrypted; `heard_at`
    is when it last reported something about one of the account's emails."""

    __tablename__ = "mail_providers"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    provider: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text)
    heard_at: Mapped[datetime | None]


class UsedSignature(AccountOwned, db.Model):
    """A signature that covers no contents, with a digest of those that came with it first."""

    __tablename__ = "used_signatures"
    __table_args__ = (sa.UniqueConstraint("account_id", "signature"), sa.Index(None, "used_at"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    signature: Mapped[str] = mapped_column(sa.String(64))
    contents: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime]
