"""Tables of an account's rules for sending, and of what stops workflows."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, Json, db
from app.platform.tenancy import AccountOwned


class SendingRules(AccountOwned, Authored, db.Model):
    """An account's rules for sending; one without a row has the usual ones.

    At most `cap_messages` go to a contact within `cap_days` days; NULL is no cap. With `cap_skips`, further
    messages are skipped; else they wait. Whoever takes messages to sending locks the row first, so that two
    workers do not both take the last message that a contact may get.

    While `sending_paused`, nothing is sent. The `brake_` columns are those of `BrakeLimits`.
    """

    __tablename__ = "sending_rules"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    cap_messages: Mapped[int | None]
    cap_days: Mapped[int | None]
    cap_skips: Mapped[bool] = mapped_column(default=False)
    sending_paused: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    brake_bounces: Mapped[int | None] = mapped_column(default=500, server_default="500")
    brake_complaints: Mapped[int | None] = mapped_column(default=30, server_default="30")
    brake_growth: Mapped[int | None] = mapped_column(default=3, server_default="3")


class WorkflowBrake(AccountOwned, db.Model):
    """Why a workflow has stopped: `reason` and `facts` as in `Brake`, NULL if it goes on. Only messages after
    `counts_from` count for the next time; on the day `allowed_on` it may send any number."""

    __tablename__ = "workflow_brakes"
    __table_args__ = (sa.Index(None, "account_id"),)

    workflow_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    reason: Mapped[str | None] = mapped_column(sa.String(12))
    facts: Mapped[dict[str, int] | None] = mapped_column(Json)
    stopped_at: Mapped[datetime | None]
    counts_from: Mapped[datetime | None]
    allowed_on: Mapped[date | None]


class SendingDay(AccountOwned, db.Model):
    """How many messages a workflow has sent on a day (UTC)."""

    __tablename__ = "sending_days"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    workflow_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    messages: Mapped[int]
