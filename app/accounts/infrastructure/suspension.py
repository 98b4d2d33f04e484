"""Queries for accounts that are suspended."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account, Membership
from app.platform.database import session
from app.platform.database.many_rows import id_list, id_param
from app.platform.database.short_reads import read_built

_CROSS_ACCOUNT = {"cross_account": True}


def is_suspended(account_id: int) -> bool:
    return bool(read_built(_suspended(), {"of_account": account_id}, cross_account=True))


@lru_cache  # every task that is sent or begins asks it
def _suspended() -> sa.Select[int]:
    one = Account.__table__.c
    return sa.select(one.id).where(one.id == id_param("of_account"), one.suspended_at.is_not(None))


def suspended_among(account_ids: Collection[int]) -> dict[int, datetime | None]:
    """Return {id: since when} of those accounts that are suspended."""
    since = Account.suspended_at
    query = sa.select(Account.id, since).where(
        Account.id.in_(id_list(sorted(account_ids))), since.is_not(None)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def is_of_agency(user_id: int, account_id: int) -> bool:
    """Return whether a user is a member of the agency of an account."""
    query = (
        sa.select(Membership.id)
        .join(Account, Account.parent_id == Membership.account_id)
        .where(Account.id == account_id, Membership.user_id == user_id)
    )
    return session().scalar(query, execution_options=_CROSS_ACCOUNT) is not None
