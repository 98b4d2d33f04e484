"""An account's own limits: set by whoever manages it, within what the installation allows."""

from collections.abc import Mapping

from app.accounts.application.permissions import limit_of, require
from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries, store
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.platform.settings import Settings


def own_limits(account_id: int) -> dict[str, int]:
    """The limits that the account has set itself: {name: limit}."""
    account = queries.account(account_id)
    limits = account.limits if account else {}
    return {name: limit for name, limit in limits.items() if type(limit) is int}


def highest_limits(account_id: int, settings: Settings) -> dict[str, int]:
    """How high each limit of the account may be set: {name: limit}. A sub-account stays within its agency's
    limits; only the size of an enrollment may go beyond the installation's default."""
    defaults = settings.account_limits
    highest = defaults | {
        "contacts_per_job": max(settings.highest_contacts_per_job, settings.max_contacts_per_job)
    }
    account = queries.account(account_id)
    if account is None or account.parent_id is None:
        return highest
    parent = account.parent_id
    return {name: min(limit, limit_of(parent, name, defaults[name])) for name, limit in highest.items()}


def change_limits(actor: Actor, wanted: Mapping[str, int | None], settings: Settings) -> None:
    """Set the account's own limits: {name: limit, or None for the installation's default}. Raises Invalid
    with `fields` for a name or number that is not allowed; nothing is changed then."""
    require(actor, Permission.ACCOUNT)
    highest = highest_limits(actor.account_id, settings)
    fields = {
        name: f"Enter a number from 1 to {highest.get(name, 0):,}."
        for name, limit in wanted.items()
        if name not in highest or (limit is not None and not 1 <= limit <= highest[name])
    }
    if fields:
        raise Invalid("VALIDATION_ERROR", next(iter(fields.values())), fields=fields)
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
