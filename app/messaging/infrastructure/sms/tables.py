"""Tables of an account's provider of text messages, of whose turn it is to send them, and of reports that
came early."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.messaging.domain.sms.settings import MAX_SENDER
from app.platform.clock import now
from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class SmsProviderRow(AccountOwned, Authored, db.Model):
    """An account's provider. `token` is encrypted; `sender` and `asks_consent` are those of SmsSettings,
    `quiet_from` and `quiet_until` the minutes of the day of QuietHours, both NULL without any."""

    __tablename__ = "sms_providers"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    account_sid: Mapped[str] = mapped_column(sa.String(34))
    token: Mapped[str] = mapped_column(sa.Text)
    sender: Mapped[str] = mapped_column(sa.String(MAX_SENDER))
    per_second: Mapped[int | None]
    asks_consent: Mapped[bool]
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    sending_paused: Mapped[bool] = mapped_column(default=False)


class SmsTurn(AccountOwned, db.Model):
    """Whose turn it is to send an account's text messages; like SendingTurn, but emails don't wait for it."""

    __tablename__ = "sms_turns"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(sa.String(64))
    until: Mapped[datetime | None]


class EarlyReport(AccountOwned, db.Model):
    """What the provider has reported of a message before it was recorded as sent; `what` and `code` are those
    of SmsReport. The row is deleted once the report counts; `failures` is how often that could not be
    recorded."""

    __tablename__ = "early_sms_reports"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(sa.String(12))
    code: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
