"""The sub-accounts of an agency, the agency of a sub-account, and the accounts that a user can work in."""

from collections.abc import Sequence
from typing import NamedTuple

from app.accounts.application.permissions import require
from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries


class SubAccount(NamedTuple):
    """An account below an agency."""

    id: int
    name: str


class OpenAccount(NamedTuple):
    """An account that a user can work in, with their role there."""

    id: int
    name: str
    is_sub_account: bool
    role: str


def open_accounts(actor: Actor) -> list[OpenAccount]:
    """Return the accounts that the actor's user can work in, sub-accounts last."""
    require(actor, Permission.REPORTS)
    found = queries.accounts_of(actor.user_id) if actor.user_id is not None else []
    return [OpenAccount(one.id, one.name, one.parent_id is not None, role) for one, role in found]


def list_sub_accounts(
    actor: Actor, *, search: str = "", after: int | None = None, limit: int
) -> tuple[list[SubAccount], int | None]:
    """Return up to `limit` sub-accounts by name whose names contain `search`, from the one that follows the
    account `after`, and the id to continue after."""
    require(actor, Permission.REPORTS)
    rows = queries.sub_accounts(actor.account_id, search, after, limit + 1)
    found = [SubAccount(*row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def count_sub_accounts(actor: Actor) -> int:
    """Return the number of sub-accounts."""
    require(actor, Permission.REPORTS)
    return queries.count_sub_accounts(actor.account_id)


def sub_account_names(actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """Return {id: name} of those of the accounts that are the actor's sub-accounts."""
    require(actor, Permission.REPORTS)
    return queries.names_of_sub_accounts(actor.account_id, ids) if ids else {}


def agency_name(actor: Actor) -> str | None:
    """Return the name of the account's agency; None if it has none."""
    return queries.name_of_parent(actor.account_id)
