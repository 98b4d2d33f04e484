"""Permission checks and limits. Every use case calls `require` in its first line."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NoReturn

from app.accounts.domain import Actor, Permission, Role
from app.accounts.domain.actors import ROLE_PERMISSIONS
from app.accounts.infrastructure import queries, store
from app.accounts.infrastructure.queries import Teammate
from app.platform.errors import NotAllowed

_ACTIONS = {
    Permission.WORKFLOWS: "change workflows or add people to them",
    Permission.TEMPLATES: "change templates",
    Permission.CONTACTS: "change contacts",
    Permission.ACCOUNT: "change the account’s settings",
    Permission.REPORTS: "view this",
}


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor's role, and the API token if there is one, has `permission`."""
    if actor.may(permission):
        return
    if actor.is_suspended:
        refuse_suspended(actor)
    if permission in ROLE_PERMISSIONS[actor.role]:
        raise NotAllowed(
            "NOT_ALLOWED",
            f"This token lacks the scope {permission.value}. Create one that has it.",
            permission=permission.value,
        )
    raise NotAllowed(
        "NOT_ALLOWED",
        f"Your role ({actor.role.value}) can’t {_ACTIONS[permission]}. Ask an owner or admin.",
        permission=permission.value,
    )


def refuse_suspended(actor: Actor) -> NoReturn:
    """Raise NotAllowed because the actor's account is suspended."""
    sentence = f"{actor.account_name} is suspended. Its agency can reactivate it."
    raise NotAllowed("ACCOUNT_SUSPENDED", sentence)


def people_with(account_id: int, permission: Permission) -> Sequence[Teammate]:
    """Return the people whose role in an account has `permission`."""
    roles = [role.value for role, granted in ROLE_PERMISSIONS.items() if permission in granted]
    return queries.people_of(account_id, roles)


def people_in_role(account_id: int, role: str) -> Sequence[Teammate]:
    """Return the people with a role in an account."""
    return queries.people_of(account_id, [role])


def user_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Return {user id: name}, without those that are None."""
    return queries.user_names(ids)


def owner_name(account_id: int) -> str:
    """Return the name of the first owner of an account itself, not of its agency; empty without one."""
    return queries.owner_name(account_id)


def lock(account_id: int) -> None:
    """Lock the account's row until the transaction ends, so that limit checks do not run concurrently."""
    store.lock_account(account_id)


def lock_for(actor: Actor, permission: Permission) -> Actor:
    """Lock the actor's account, its agency first, and return them with the role that they have now: it may
    have been changed since the request began. Raises NotAllowed."""
    if actor.user_id is None:
        lock(actor.account_id)
        return actor
    account = queries.account(actor.account_id)
    if account is not None and account.parent_id is not None:
        lock(account.parent_id)
    lock(actor.account_id)
    found = queries.account_of(actor.user_id, actor.account_id)
    if found is None:
        raise NotAllowed("NOT_ALLOWED", f"You aren’t on the team of {actor.account_name} anymore.")
    as_now = replace(actor, role=Role(found[1]))
    require(as_now, permission)
    return as_now


def is_agency(account_id: int) -> bool:
    """Return whether an account is an agency, which may have sub-accounts."""
    account = queries.account(account_id)
    return account is not None and account.kind == "agency"


def with_sub_accounts(actor: Actor) -> list[int]:
    """Return the ids of the actor's account and of its sub-accounts, in which its members have the same
    role."""
    return [actor.account_id, *queries.sub_accounts_of(actor.account_id)]


def limit_of(account_id: int, name: str, default: int, highest: int | None = None) -> int:
    """Return the limit `name` that holds for an account: its own, or `default` if it has not set one.

    It is never more than `highest` (the default unless given), which may have been lowered since, nor more
    than the limit of the account's agency, nor than the one that the agency has set for it.
    """
    highest = default if highest is None else highest
    account = queries.account(account_id)
    own = account.limits.get(name) if account else None
    limit = min(own, highest) if type(own) is int else default
    if account is None or account.parent_id is None:
        return limit
    given = account.agency_limits.get(name)
    limit = min(limit, given) if type(given) is int else limit
    return min(limit, limit_of(account.parent_id, name, default, highest))
