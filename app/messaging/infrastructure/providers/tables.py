"""Table of the email providers whose reports an account receives."""

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
