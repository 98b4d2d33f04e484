"""Uploads and the column mappings that an account has used."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned


class Upload(AccountOwned, Authored, db.Model):
    """A kept file. `layout` says how to read it again; `rows` counts its data rows; `checkup` keeps the last
    check-ups {what was asked: figures}; `mends` is {column, domains: {mistyped: meant}, kinds: of
    `domain.repairs`, rows} or empty; `noticed` is `domain.notices` of the whole file, `profile` what its
    columns hold (`domain.profile`; empty where nobody has counted yet), `evidence` how columns of dates,
    phones and tags are written (`domain.evidence`); `choices` are {user id: what they chose on its page}."""

    __tablename__ = "uploads"
    __table_args__ = (sa.Index(None, "account_id", "sha256"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(36), unique=True, default=new_public_id)
    file_name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    rows: Mapped[int]
    header_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    layout: Mapped[dict[str, Any]]
    checkup: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mends: Mapped[dict[str, Any]] = mapped_column(default=dict)
    noticed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ColumnMapping(AccountOwned, Authored, db.Model):
    """How an account mapped a set of headers the last time: {column name: field}, whatever their order.
    `consent` is what was said about who may be contacted (`domain.consent.questions`)."""

    __tablename__ = "column_mappings"
    __table_args__ = (sa.UniqueConstraint("account_id", "header_fingerprint"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    header_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    mapping: Mapped[dict[str, Any]]
    consent: Mapped[dict[str, Any]] = mapped_column(default=dict)
