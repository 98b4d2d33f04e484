"""Queries for the business details of an account."""

from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Business
from app.platform.database import session
from app.platform.database.many_rows import id_param
from app.platform.database.page_reads import read_once
from app.platform.database.short_reads import read_built


class BusinessRow(NamedTuple):
    """Business details of an account, without the image of the logo."""

    website: str
    phone: str
    postal_address: str
    booking_link: str
    review_link: str
    color: str
    logo_mark: str


@read_once
def business_of(account_id: int) -> BusinessRow | None:
    found = read_built(_business(), {"of_account": account_id})
    return BusinessRow(*found[0]) if found else None


@lru_cache
def _business() -> sa.Select[Any]:
    columns = Business.__table__.c
    return sa.select(*(columns[name] for name in BusinessRow._fields)).where(
        columns.account_id == id_param("of_account")
    )


def content_of_logo(account_id: int) -> bytes | None:
    """Return the image of the logo, or None."""
    return session().scalar(sa.select(Business.logo).where(Business.account_id == account_id))
