"""Uploads, and the column mappings that an account has used."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, db
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned


class Upload(AccountOwned, Authored, db.Model):
    """A stored file.

    `layout` says how to read it (`domain.reading.layout`); `rows` is the number of data rows; `checkup` holds
    the last check-ups {cache key: figures}; `mends` is {column, domains: {mistyped: correct}, kinds (of
    `domain.checkup.repairs`), rows} or empty; `noticed` holds `domain.reading.notices` of the whole file;
    `profile` what its columns contain (`domain.cells.profile`; empty if not computed yet); `evidence` how
    dates, phone numbers, and tags are written (`domain.columns.evidence`); `choices` is {user id: choices on
    the mapping page}.
    """

    __tablename__ = "uploads"
    __table_args__ = (sa.Index(None, "account_id", "sha256"), IDS_NOT_REUSED)

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
    """The account's last mapping {column name: field} for a set of headers in any order. `consent` holds the
    answers about consent (`domain.consent.questions`)."""

    __tablename__ = "column_mappings"
    __table_args__ = (sa.UniqueConstraint("account_id", "header_fingerprint"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    header_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    mapping: Mapped[dict[str, Any]]
    consent: Mapped[dict[str, Any]] = mapped_column(default=dict)
