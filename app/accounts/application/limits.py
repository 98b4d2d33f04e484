"""Read and change an account's own limits, which override the installation's defaults."""

from collections.abc import Mapping

from app.accounts.application.permissions import limit_of, require
from app.accounts.application.sub_accounts import actor_in_sub_account
from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries, store
from app.accounts.infrastructure.tables import Account
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.platform.settings import UNLIMITED, Settings


def own_limits(account_id: int) -> dict[str, int]:
    """Return the limits that the account has set, as {name: limit}."""
    account = queries.account(account_id)
    limits = account.limits if account else {}
    return {name: limit for name, limit in limits.items() if type(limit) is int}


def maximum_limits(account_id: int, settings: Settings) -> dict[str, int]:
    """Return the maximum value of each limit, as {name: maximum}.

    The maximum is the installation's default, except for `contacts_per_job`, which may be raised to
    `highest_contacts_per_job`. A sub-account cannot exceed its agency's limits, nor those that the agency has
    set for it.
    """
    account = queries.account(account_id)
    if account is None or account.parent_id is None:
        return _highest(settings)
    return {
        name: min(limit, given_limits(account).get(name, limit))
        for name, limit in _limits_of_agency(account.parent_id, settings).items()
    }


def _highest(settings: Settings) -> dict[str, int]:
    most = max(settings.highest_contacts_per_job, settings.max_contacts_per_job)
    return settings.account_limits | {"contacts_per_job": most}


def _limits_of_agency(agency_id: int, settings: Settings) -> dict[str, int]:
    defaults = settings.account_limits
    return {
        name: limit_of(agency_id, name, defaults[name], limit) for name, limit in _highest(settings).items()
    }


def given_limits(account: Account) -> dict[str, int]:
    """Return the limits that the agency has set for a sub-account, as {name: limit}."""
    return {name: limit for name, limit in account.agency_limits.items() if type(limit) is int}


def change_limits(actor: Actor, wanted: Mapping[str, int | None], settings: Settings) -> None:
    """Set the account's own limits; None restores the installation's default.

    Raises Invalid with `fields` for an unknown name or a number out of range; nothing is changed then.
    """
    require(actor, Permission.ACCOUNT)
    _check(wanted, maximum_limits(actor.account_id, settings))
    _save(actor, actor.account_id, "limits", wanted)


def limits_for_sub_account(
    actor: Actor, account_id: int, settings: Settings
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the limits that the actor’s agency has set for a sub-account, and the highest that it can set.

    Raises NotFound.
    """
    require(actor, Permission.ACCOUNT)
    return given_limits(_sub_account(actor, account_id)), _limits_of_agency(actor.account_id, settings)


def limit_sub_account(
    actor: Actor, account_id: int, wanted: Mapping[str, int | None], settings: Settings
) -> None:
    """Set limits of a sub-account that its own people can’t exceed; None lifts one.

    Raises NotFound, NotAllowed, and Invalid with `fields` for an unknown name or a number out of range.
    """
    require(actor, Permission.ACCOUNT)
    actor_in_sub_account(actor, account_id)
    _check(wanted, _limits_of_agency(actor.account_id, settings))
    _save(actor, account_id, "agency_limits", wanted)


def _sub_account(actor: Actor, account_id: int) -> Account:
    account = queries.account(account_id)
    if account is None or account.parent_id != actor.account_id:
        raise NotFound("NOT_FOUND", "This sub-account doesn’t exist.")
    return account


def _check(wanted: Mapping[str, int | None], highest: Mapping[str, int]) -> None:
    """Raise Invalid with `fields` for an unknown name or a number out of range."""
    fields = {
        name: "Enter a whole number, at least 1."
        if highest.get(name) == UNLIMITED
        else f"Enter a number from 1 to {highest.get(name, 0):,}."
        for name, limit in wanted.items()
        if name not in highest or (limit is not None and not 1 <= limit <= highest[name])
    }
    if fields:
        raise Invalid.in_fields(fields)


def _save(actor: Actor, account_id: int, column: str, wanted: Mapping[str, int | None]) -> None:
    with transaction():
        store.lock_account(account_id)
        account = queries.account(account_id)
        if account is None:
            raise NotFound("NOT_FOUND", "This account doesn’t exist.")
        known = getattr(account, column)
        changed = {name: limit for name, limit in wanted.items() if known.get(name) != limit}
        if not changed:
            return
        limits = {name: limit for name, limit in (known | changed).items() if limit is not None}
        store.change_account(account, {column: limits})
        activity.record(actor, "limits_changed", "account", account.id, name=account.name, limits=changed)
