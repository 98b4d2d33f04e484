"""Tables of an account's provider of text messages, and whose turn it is to send them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.messaging.domain.sms.settings import MAX_SENDER
from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class SmsProviderRow(AccountOwned, Authored, db.Model):
    """An account's provider. `token` is encrypted; `sender` and `asks_consent` are those of SmsSettings."""

    __tablename__ = "sms_providers"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    account_sid: Mapped[str] = mapped_column(sa.String(34))
    token: Mapped[str] = mapped_column(sa.Text)
    sender: Mapped[str] = mapped_column(sa.String(MAX_SENDER))
    per_second: Mapped[int | None]
    asks_consent: Mapped[bool]
    sending_paused: Mapped[bool] = mapped_column(default=False)


class SmsTurn(AccountOwned, db.Model):
    """Whose turn it is to send an account's text messages; like SendingTurn, but emails don't wait for it."""

    __tablename__ = "sms_turns"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(sa.String(64))
    until: Mapped[datetime | None]
