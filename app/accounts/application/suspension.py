"""Suspending a sub-account: its people and programs can't use it, and its tasks wait, until its agency
reactivates it. Nothing is deleted or changed meanwhile, so that everything goes on where it stopped."""

from collections.abc import Collection
from datetime import datetime

from app.accounts.application.permissions import owner_name, require
from app.accounts.application.sub_accounts import actor_in_sub_account
from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries, store, suspension
from app.activity import application as activity
from app.platform import suspended
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.tenancy import acting_for


def register() -> None:
    """Let the tasks of suspended accounts wait."""
    suspended.register_suspension(suspension.is_suspended, suspended_among)


def suspend_sub_account(actor: Actor, account_id: int) -> str:
    """Suspend a sub-account of the actor's agency, and return its name. It may be suspended already.

    Raises NotFound and NotAllowed.
    """
    return _change(actor, account_id, now(), "account_suspended")


def reactivate_sub_account(actor: Actor, account_id: int) -> str:
    """End the suspension of a sub-account, and return its name. The clock finds the work that has waited.

    Raises NotFound and NotAllowed.
    """
    return _change(actor, account_id, None, "account_reactivated")


def is_suspended(account_id: int) -> bool:
    """Return whether an account is suspended."""
    return suspension.is_suspended(account_id)


def suspended_since(account_id: int) -> datetime | None:
    """Return since when an account is suspended; None if it isn't."""
    return suspension.suspended_among([account_id]).get(account_id)


def suspended_among(account_ids: Collection[int]) -> set[int]:
    """Return the ids of those accounts that are suspended."""
    return set(suspension.suspended_among(account_ids)) if account_ids else set()


def agency_contact(actor: Actor) -> tuple[str, str]:
    """Return the names of the agency of the actor's account, and of its first owner; empty without one."""
    account = queries.account(actor.account_id)
    agency_id = account.parent_id if account else None
    if agency_id is None:
        return "", ""
    with acting_for(agency_id):
        return queries.name_of_parent(actor.account_id) or "", owner_name(agency_id)


def _change(actor: Actor, account_id: int, at: datetime | None, action: str) -> str:
    """Both logs tell it: that of the agency, and that of the sub-account."""
    require(actor, Permission.ACCOUNT)
    there = actor_in_sub_account(actor, account_id)
    with transaction():
        store.lock_account(account_id)
        account = queries.account(account_id)
        if account is not None and (account.suspended_at is None) != (at is None):
            with acting_for(account_id):
                activity.record(there, action, "account", account_id, name=account.name)
                store.change_account(account, {"suspended_at": at})
            after_commit(lambda: suspended.suspension_changed(account_id))
            activity.record(actor, action, "account", account_id, name=account.name)
    return there.account_name
