"""What an actor may do and how much of it: asked in the first line of every use case."""

from app.accounts.domain import Actor, Permission
from app.accounts.infrastructure import queries, store
from app.platform.errors import NotAllowed

_ACTIONS = {
    Permission.WORKFLOWS: "change workflows or add people to them",
    Permission.TEMPLATES: "change templates",
    Permission.CONTACTS: "change contacts",
    Permission.ACCOUNT: "change the account’s settings",
    Permission.REPORTS: "view this",
}


def require(actor: Actor, permission: Permission) -> None:
    """Raises NotAllowed unless the actor's role has `permission`."""
    if not actor.may(permission):
        raise NotAllowed(
            "NOT_ALLOWED",
            f"Your role ({actor.role.value}) can’t {_ACTIONS[permission]}. Ask an owner or admin.",
            permission=permission.value,
        )


def lock(account_id: int) -> None:
    """Until the transaction ends nobody else counts against this account's limits."""
    store.lock_account(account_id)


def limit_of(account_id: int, name: str, default: int) -> int:
    """The account's own limit `name`, or the installation's default."""
    account = queries.account(account_id)
    own = account.limits.get(name) if account else None
    return own if isinstance(own, int) else default
