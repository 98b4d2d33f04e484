"""Tables of an account's mail server, senders, mailbox, and the keys that sign its emails."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.messaging.domain.mail_settings import MAX_FAILURE, MAX_FOLDER, MAX_HOST, MAX_NAME, MAX_USER
from app.messaging.domain.sending_domains.dkim import MAX_SELECTOR
from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, Json, db
from app.platform.tenancy import AccountOwned

DEFAULT = sa.text("is_default")


class MailServerRow(AccountOwned, Authored, db.Model):
    """An account's mail server. `password` is encrypted, see `passwords`; `only_to` are the addresses and
    domains that emails are sent to in a rehearsal, empty without one."""

    __tablename__ = "mail_servers"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    host: Mapped[str] = mapped_column(sa.String(MAX_HOST))
    port: Mapped[int]
    security: Mapped[str] = mapped_column(sa.String(10))
    user: Mapped[str] = mapped_column(sa.String(MAX_USER), default="")
    password: Mapped[str] = mapped_column(sa.Text, default="")
    only_to: Mapped[list[str]] = mapped_column(Json, default=list)
    tracks_reactions: Mapped[bool] = mapped_column(default=True, server_default=sa.true())


class MailSender(AccountOwned, Authored, db.Model):
    """A sender of an account. One of them is the default; limits that are NULL don't exist."""

    __tablename__ = "mail_senders"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "address"),
        sa.Index(
            "uq_mail_senders_default",
            "account_id",
            unique=True,
            sqlite_where=DEFAULT,
            postgresql_where=DEFAULT,
        ),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    address: Mapped[str] = mapped_column(sa.String(254))
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    per_second: Mapped[int | None]
    per_hour: Mapped[int | None]
    per_day: Mapped[int | None]


class Mailbox(AccountOwned, Authored, db.Model):
    """Where an account's replies and returned emails come to. `password` is encrypted, see `passwords`.

    `last_uid` is the last email that was read, of those numbered under `uid_validity`; nothing was read yet
    while that is NULL. `turn` counts those who read and those who change it, so that who is late writes
    nothing; nobody reads before `next_at`, the end of a lease or of a wait. `failure` is why the last turn
    failed, `failures` how many did since the last that did not.
    """

    __tablename__ = "mailboxes"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    host: Mapped[str] = mapped_column(sa.String(MAX_HOST))
    port: Mapped[int]
    security: Mapped[str] = mapped_column(sa.String(10))
    user: Mapped[str] = mapped_column(sa.String(MAX_USER))
    password: Mapped[str] = mapped_column(sa.Text)
    folder: Mapped[str] = mapped_column(sa.String(MAX_FOLDER))
    uid_validity: Mapped[int | None] = mapped_column(BigInt)
    last_uid: Mapped[int] = mapped_column(BigInt, default=0)
    turn: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(sa.String(MAX_FAILURE), default="")
    failures: Mapped[int] = mapped_column(default=0)


class DkimKey(AccountOwned, Authored, db.Model):
    """A key that signs the emails of a sender's domain, see `dkim_keys`. It waits for its DNS record until
    `signs_since`, and signs until `replaced_at`. `private_key` is encrypted, see `passwords`."""

    __tablename__ = "dkim_keys"
    __table_args__ = (sa.UniqueConstraint("account_id", "domain", "selector"), IDS_NOT_REUSED)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    domain: Mapped[str] = mapped_column(sa.String(MAX_HOST))
    selector: Mapped[str] = mapped_column(sa.String(MAX_SELECTOR))
    private_key: Mapped[str] = mapped_column(sa.Text)
    public_key: Mapped[str] = mapped_column(sa.Text)
    signs_since: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
