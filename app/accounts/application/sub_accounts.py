"""The sub-accounts of an agency, the agency of a sub-account, and the accounts that a user can work in."""

from collections.abc import Sequence
from typing import NamedTuple

from app.accounts.application.members import actor_of, rename_account
from app.accounts.application.permissions import require
from app.accounts.application.security.two_factor import must_turn_on
from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries
from app.platform.errors import NotAllowed, NotFound
from app.platform.tenancy import acting_for


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


class OpenAccounts(NamedTuple):
    """A page of the accounts that a user can work in. `total` is the number of all that match, `next` the id
    to continue after."""

    rows: Sequence[OpenAccount]
    total: int
    next: int | None


def open_accounts(actor: Actor, *, search: str = "", after: int | None = None, limit: int) -> OpenAccounts:
    """Return up to `limit` accounts that the actor’s user can work in and whose names contain `search`, from
    the one that follows the account `after`. Sub-accounts are last."""
    require(actor, Permission.REPORTS)
    if actor.user_id is None:
        return OpenAccounts([], 0, None)
    found = [OpenAccount(*row) for row in queries.accounts_of(actor.user_id, search, after, limit + 1)]
    return OpenAccounts(
        rows=found[:limit],
        total=queries.count_accounts_of(actor.user_id, search),
        next=found[limit - 1].id if len(found) > limit else None,
    )


def open_account(actor: Actor, account_id: int | None) -> OpenAccount:
    """Return an account that the actor’s user can work in. Raises NotFound."""
    require(actor, Permission.REPORTS)
    found = None
    if actor.user_id is not None and account_id is not None:
        found = queries.account_of(actor.user_id, account_id)
    if found is None:
        raise NotFound("NOT_FOUND", "You aren’t a member of this account.")
    account, role = found
    return OpenAccount(account.id, account.name, account.parent_id is not None, role)


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


def actor_in_sub_account(actor: Actor, account_id: int) -> Actor:
    """Return the actor’s user in a sub-account that they may manage, also while it is suspended. Raises
    NotFound, and NotAllowed, also if the sub-account requires two-factor authentication that they don’t
    use."""
    require(actor, Permission.ACCOUNT)
    if actor.user_id is None or not queries.names_of_sub_accounts(actor.account_id, [account_id]):
        raise NotFound("NOT_FOUND", "This sub-account doesn’t exist.")
    there = actor_of(actor.user_id, account_id, actor.origin)
    require(there, Permission.ACCOUNT)
    if must_turn_on(there):
        raise NotAllowed(
            "NOT_ALLOWED",
            f"{there.account_name} requires two-factor authentication. Turn it on for yourself first.",
            next_url="/settings/security/two-factor",
            next_label="Turn on two-factor authentication",
        )
    return there


def rename_sub_account(actor: Actor, account_id: int, name: str) -> None:
    """Give a sub-account another name. Raises NotFound, NotAllowed, and Invalid with `fields`."""
    there = actor_in_sub_account(actor, account_id)
    with acting_for(account_id):
        rename_account(there, name)


def agency_name(actor: Actor) -> str | None:
    """Return the name of the account's agency; None if it has none."""
    return queries.name_of_parent(actor.account_id)
