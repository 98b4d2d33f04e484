"""Read and change an account's own limits, which override the installation's defaults."""

from collections.abc import Mapping

from app.accounts.application.permissions import limit_of, require
from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries, store
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
    `highest_contacts_per_job`. A sub-account cannot exceed its agency's limits.
    """
    defaults = settings.account_limits
    highest = defaults | {
        "contacts_per_job": max(settings.highest_contacts_per_job, settings.max_contacts_per_job)
    }
    account = queries.account(account_id)
    if account is None or account.parent_id is None:
        return highest
    parent = account.parent_id
    return {name: limit_of(parent, name, defaults[name], limit) for name, limit in highest.items()}


def change_limits(actor: Actor, wanted: Mapping[str, int | None], settings: Settings) -> None:
    """Set the account's own limits; None restores the installation's default.

    Raises Invalid with `fields` for an unknown name or a number out of range; nothing is changed then.
    """
    require(actor, Permission.ACCOUNT)
    highest = maximum_limits(actor.account_id, settings)
    fields = {
        name: "Enter a whole number, at least 1."
        if highest.get(name) == UNLIMITED
        else f"Enter a number from 1 to {highest.get(name, 0):,}."
        for name, limit in wanted.items()
        if name not in highest or (limit is not None and not 1 <= limit <= highest[name])
    }
    if fields:
        raise Invalid.in_fields(fields)
    with transaction():
        store.lock_account(actor.account_id)
        account = queries.account(actor.account_id)
        if account is None:
            raise NotFound("NOT_FOUND", "This account doesn’t exist.")
        changed = {name: limit for name, limit in wanted.items() if account.limits.get(name) != limit}
        if not changed:
            return
        merged = account.limits | changed
        limits = {name: limit for name, limit in merged.items() if limit is not None}
        store.change_account(account, {"limits": limits})
        activity.record(actor, "limits_changed", "account", account.id, name=account.name, limits=changed)
