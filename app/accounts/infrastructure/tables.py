"""Tables: accounts, users, memberships, invitations, sessions, two-factor authentication, API tokens and
requests, business details."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_security.core import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.tenancy import AccountOwned


class Account(Authored, db.Model):
    """`limits` are those that the account has set itself, `agency_limits` those that its agency has set.
    `suspended_at` is since when its agency has suspended it."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(10), default="standard")
    parent_id: Mapped[int | None] = mapped_column(BigInt, sa.ForeignKey("accounts.id"), index=True)
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="UTC")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    agency_limits: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    requires_two_factor: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    suspended_at: Mapped[datetime | None]


class User(Authored, UserMixin, db.Model):
    """A person. `approval_emails`: whether they get an email when a job waits for their approval."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password: Mapped[str] = mapped_column(sa.String(255))
    name: Mapped[str] = mapped_column(sa.String(120))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    approval_emails: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    last_sign_in_at: Mapped[datetime | None]

    # Flask-Security's roles are not used; memberships hold the role.
    roles = ()  # type: ignore[assignment]


class Membership(AccountOwned, Authored, db.Model):
    __tablename__ = "memberships"
    __table_args__ = (sa.UniqueConstraint("account_id", "user_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(sa.String(10))


class Invitation(AccountOwned, Authored, db.Model):
    """An invitation to an account. The invited person holds the token, the table only its SHA-256."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[str] = mapped_column(sa.String(10))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignIn(db.Model):
    """A session of a signed-in browser. The browser holds the token, the table only its SHA-256. `address` is
    the IP address it was last seen at. `last_seen_at` is None for a session that a previous release began."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(sa.String(45), default="", server_default="")
    user_agent: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)


class TwoFactor(db.Model):
    """The secret that a user's authenticator app shares, encrypted. `last_counter` is the period of the last
    code that was used."""

    __tablename__ = "two_factors"

    user_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(sa.String(300))
    last_counter: Mapped[int] = mapped_column(sa.BigInteger)
    turned_on_at: Mapped[datetime]


class RecoveryCode(db.Model):
    """A code, as its SHA-256, that replaces one of the authenticator app. It is deleted when it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))


class ApiToken(AccountOwned, Authored, db.Model):
    """A token of a program that acts for a user in an account. The program holds it, the table only its
    SHA-256 and its first characters."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    prefix: Mapped[str] = mapped_column(sa.String(16))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiRequest(AccountOwned, db.Model):
    """The response to a request with an idempotency key, returned again if the request is repeated."""

    __tablename__ = "api_requests"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Business(AccountOwned, Authored, db.Model):
    """Business details of an account. The logo is deferred: it is loaded only when it is served."""

    __tablename__ = "business_details"

    account_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    website: Mapped[str] = mapped_column(sa.String(500), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    postal_address: Mapped[str] = mapped_column(sa.String(300), default="")
    booking_link: Mapped[str] = mapped_column(sa.String(500), default="")
    review_link: Mapped[str] = mapped_column(sa.String(500), default="")
    color: Mapped[str] = mapped_column(sa.String(7), default="", server_default="")
    logo_mark: Mapped[str] = mapped_column(sa.String(16), default="")
    logo: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
