"""Create the owner, members, and sub-accounts; change an account; build actors."""

from collections.abc import Callable
from dataclasses import replace

from app.accounts.application.permissions import require
from app.accounts.domain import Actor, Permission, Role
from app.accounts.domain.input import (
    account_problems,
    normal_email,
    normal_name,
    normal_password,
    person_problems,
    sub_account_problems,
)
from app.accounts.domain.regions import country_of
from app.accounts.infrastructure import queries, store, suspension
from app.accounts.infrastructure.tables import Account, User
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound

MOST_LISTED = 10
Hasher = Callable[[str], str]
"""Password in, hash out."""


def create_owner(
    *,
    email: str,
    password: str,
    hash_password: Hasher,
    name: str = "",
    account_name: str = "",
    time_zone: str = "UTC",
    country: str = "",
    origin: str = "terminal",
) -> Actor:
    """Create the first account and its owner.

    Raises Conflict if an owner exists and Invalid with `fields` if the input is rejected.
    """
    country = country.upper()
    refuse_second_owner()  # before hashing, which is deliberately slow
    fields = person_problems(email, password, name, account_name)
    _raise_if_invalid(fields | account_problems(account_name, time_zone, country))
    email = normal_email(email)
    password_hash = hash_password(normal_password(password))
    with transaction():
        store.lock_first_owner()
        refuse_second_owner()
        country = country or country_of(time_zone)
        account = store.add_account(normal_name(account_name) or "My company", "agency", time_zone, country)
        user = store.add_user(email, normal_name(name) or email.partition("@")[0].title(), password_hash)
        store.add_membership(account.id, user.id, Role.OWNER)
        actor = _actor(user, account, Role.OWNER, origin)
        activity.record(actor, "account_created", "account", account.id, name=account.name)
    return actor


def refuse_second_owner() -> None:
    """Raise Conflict if the installation already has an owner."""
    if not queries.installation_is_new():
        sentence = "This installation already has an owner. Sign in instead."
        raise Conflict("CONFLICT", sentence, next_url="/sign-in", next_label="Sign in")


def add_person(
    actor: Actor, *, email: str, password: str, hash_password: Hasher, name: str, role: Role
) -> int:
    """Add a new user to the actor's account and return the user id.

    Raises Invalid with `fields`, or Conflict if the email address is taken.
    """
    require(actor, Permission.ACCOUNT)
    _raise_if_invalid(person_problems(email, password, name))
    email = normal_email(email)
    password_hash = hash_password(normal_password(password))
    with transaction():
        if queries.user_by_email(email):
            raise Conflict("CONFLICT", "Someone with this email address is already a member.")
        user = store.add_user(email, normal_name(name), password_hash)
        store.add_membership(actor.account_id, user.id, role)
        activity.record(actor, "person_added", "user", user.id, name=user.name, role=role.value)
    return user.id


def create_sub_account(actor: Actor, *, name: str) -> int:
    """Create an account below the actor's agency and return its id.

    It inherits the agency's time zone and country. Raises Invalid with `fields`, and Conflict if the actor's
    account is not an agency.
    """
    require(actor, Permission.ACCOUNT)
    _raise_if_invalid(sub_account_problems(name))
    with transaction():
        parent = queries.account(actor.account_id)
        if parent is None or parent.kind != "agency":
            raise Conflict("CONFLICT", "Only an agency can have sub-accounts.")
        account = store.add_account(
            normal_name(name), "standard", parent.time_zone, parent.country, parent.id
        )
        activity.record(actor, "sub_account_created", "account", account.id, name=account.name)
    return account.id


def change_account(actor: Actor, *, name: str, time_zone: str, country: str) -> None:
    """Change the account's name, time zone, and country. Raises Invalid with `fields`."""
    require(actor, Permission.ACCOUNT)
    fields = account_problems(name, time_zone, country)
    if not normal_name(name):
        fields["account_name"] = "Enter the name of your company."
    _raise_if_invalid(fields)
    wanted = {"name": normal_name(name), "time_zone": time_zone, "country": country}
    with transaction():
        account = queries.account(actor.account_id)
        if account is None:
            raise NotFound("NOT_FOUND", "This account doesn’t exist.")
        changed = [key for key, value in wanted.items() if getattr(account, key) != value]
        if changed:
            store.change_account(account, wanted)
            activity.record(
                actor, "account_changed", "account", account.id, name=wanted["name"], changed=changed
            )


def rename_account(actor: Actor, name: str) -> None:
    """Change the account's name only. Raises Invalid with `fields`."""
    require(actor, Permission.ACCOUNT)
    _raise_if_invalid(sub_account_problems(name))
    account = queries.account(actor.account_id)
    if account is None:
        raise NotFound("NOT_FOUND", "This account doesn’t exist.")
    change_account(actor, name=name, time_zone=account.time_zone, country=account.country)


def actor_of(user_id: int, account_id: int | None, origin: str) -> Actor:
    """Return the actor for a user in `account_id`, or in the user's first account if it is None.

    Raises NotFound if the user has no access to that account.
    """
    if (found := queries.account_of(user_id, account_id)) is not None:
        account, role = found
        actor = _actor(queries.user(user_id), account, Role(role), origin)
        if account.suspended_at is None:
            return actor
        return replace(actor, is_suspended=True, of_agency=suspension.is_of_agency(user_id, account.id))
    raise NotFound("NOT_FOUND", "You aren’t a member of this account.")


def worker_actor(account_id: int) -> Actor:
    """Return the actor for background tasks in an account: all permissions, no user. Raises NotFound."""
    account = queries.account(account_id)
    if account is None:
        raise NotFound("NOT_FOUND", "This account doesn’t exist.")
    return Actor(account.id, account.name, Role.OWNER, time_zone=account.time_zone, country=account.country)


def terminal_actor(name_or_id: str | None) -> Actor:
    """Return the owner of an account, given by name or id, or of the first one, as the actor of a command.

    Raises NotFound if there is no such account or it has no owner, and Conflict if several have that name.
    """
    account = _called(name_or_id) if name_or_id else queries.first_account()
    if account is None:
        raise NotFound(
            "NOT_FOUND",
            "Nobody owns this installation yet: run “flask create-owner” or open it in a browser first.",
        )
    owner = queries.owner_of(account.id)
    if owner is None:
        raise NotFound("NOT_FOUND", "This account has no owner.")
    return _actor(owner[0], account, Role(owner[1]), "terminal")


def _called(name_or_id: str) -> Account:
    found = queries.accounts_called(name_or_id, MOST_LISTED + 1)
    if not found:
        raise NotFound("NOT_FOUND", f"No account is named {name_or_id}.")
    if len(found) > 1:
        ids = ", ".join(str(account.id) for account in found[:MOST_LISTED])
        raise Conflict(
            "CONFLICT", f"Several accounts are named {name_or_id}. Use the ID of one of them, such as {ids}."
        )
    return found[0]


def _actor(user: User, account: Account, role: Role, origin: str) -> Actor:
    return Actor(
        account_id=account.id,
        account_name=account.name,
        role=role,
        user_id=user.id,
        name=user.name,
        email=user.email,
        time_zone=account.time_zone,
        country=account.country,
        origin=origin,
    )


def _raise_if_invalid(fields: dict[str, str]) -> None:
    if fields:
        raise Invalid.in_fields(fields)
