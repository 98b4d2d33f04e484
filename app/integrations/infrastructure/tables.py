"""Tables of an account's connections to external services."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class Integration(AccountOwned, Authored, db.Model):
    __tablename__ = "integrations"
    __table_args__ = (sa.UniqueConstraint("account_id", "kind"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))


class EventSource(AccountOwned, Authored, db.Model):
    """Software that reports events to an account. `secret`, which checks them, is encrypted; `heard_at` is
    when it last sent something that it had signed, `heard_type` the event in it (empty if it was none that
    Muster knows), and `heard_result` what became of it. With a `consent_basis`, contacts are created for
    people who are not known. The `previous_secret`, encrypted as well, counts until `previous_until`.
    `counts_guests`: events of the guests of a booking count, too."""

    __tablename__ = "event_sources"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.Text)
    previous_secret: Mapped[str | None] = mapped_column(sa.Text)
    previous_until: Mapped[datetime | None]
    counts_guests: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    consent_basis: Mapped[str | None] = mapped_column(sa.String(30))
    heard_at: Mapped[datetime | None]
    heard_type: Mapped[str | None] = mapped_column(sa.String(40))
    heard_result: Mapped[str | None] = mapped_column(sa.String(20))


class ServiceTest(AccountOwned, db.Model):
    """The last test of a kind of service, and whether it was successful."""

    __tablename__ = "service_tests"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    tested_at: Mapped[datetime]
    is_ok: Mapped[bool]
