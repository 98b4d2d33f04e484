"""Table of an account's rules for sending."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class SendingRules(AccountOwned, Authored, db.Model):
    """An account's rules for sending; one without a row has the usual ones.

    At most `cap_messages` go to a contact within `cap_days` days; NULL is no cap. With `cap_skips`, further
    messages are skipped; else they wait. Whoever takes messages to sending locks the row first, so that two
    workers do not both take the last message that a contact may get.
    """

    __tablename__ = "sending_rules"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    cap_messages: Mapped[int | None]
    cap_days: Mapped[int | None]
    cap_skips: Mapped[bool] = mapped_column(default=False)
