"""Two-factor authentication: turn it on and off, check codes at sign-in, require it in an account.

Secrets are encrypted, recovery codes hashed, and each code works once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError

from app.accounts.application.members import actor_of
from app.accounts.application.permissions import require
from app.accounts.application.security.passwords import user_called
from app.accounts.application.sessions import end_other_sessions
from app.accounts.application.system_emails import send_email
from app.accounts.domain import Actor, Permission
from app.accounts.domain import two_factor as codes
from app.accounts.infrastructure import queries, store
from app.accounts.infrastructure import two_factor as secrets_store
from app.accounts.infrastructure.tables import TwoFactor
from app.activity import application as activity
from app.platform import encrypted_columns, mail
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.encryption import decrypted, decrypted_saved, encrypted, encrypted_to_save
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.logs import log
from app.platform.settings import current
from app.platform.tenancy import acting_for

TWO_FACTOR_CHANGED: Final = "two_factor_changed"
WRONG_CODE: Final = "This code isn’t right, or has been used. Enter the newest one that the app shows."
_PURPOSE: Final = "two-factor"


def register_secrets() -> None:
    """Let the rotation of keys know where secrets are saved."""
    encrypted_columns.register(TwoFactor.__table__.c.secret, _PURPOSE)


@dataclass(frozen=True)
class TwoFactorState:
    """Whether and since when a user has it; how many recovery codes are left; whether an account that they
    work in requires it."""

    turned_on_at: datetime | None
    recovery_codes: int
    is_required: bool


def is_on(user_id: int) -> bool:
    return secrets_store.is_on(user_id)


def state_of(actor: Actor) -> TwoFactorState:
    known = secrets_store.of_user(_id_of(actor))
    return TwoFactorState(
        known.turned_on_at if known else None,
        secrets_store.count_recovery_codes(_id_of(actor)) if known else 0,
        is_required(actor),
    )


def is_required(actor: Actor) -> bool:
    """Return whether the actor’s account, or its agency, requires two-factor authentication."""
    account = queries.account(actor.account_id)
    while account is not None and not account.requires_two_factor and account.parent_id is not None:
        account = queries.account(account.parent_id)
    return account is not None and account.requires_two_factor


def account_requires(actor: Actor) -> bool:
    """Return whether the actor’s account itself requires it."""
    account = queries.account(actor.account_id)
    return account is not None and account.requires_two_factor


def must_turn_on(actor: Actor) -> bool:
    return is_required(actor) and not is_on(_id_of(actor))


def begin(actor: Actor) -> str:
    """Return a new secret, sealed for the form that turns it on: nothing is stored before that."""
    return encrypted(codes.new_secret(), _setup_of(actor))


def secret_in(actor: Actor, sealed: str) -> str | None:
    """Return the secret that `begin` sealed for this user; None if it is not one."""
    return decrypted(sealed, _setup_of(actor))


def turn_on(actor: Actor, sealed: str, code: str, session_token: str) -> list[str]:
    """Turn it on after a right code, and end the user’s other sessions, in which no code was asked for.

    Returns the recovery codes, which nothing can show again. Raises Invalid with `fields`, and Conflict.
    """
    secret = secret_in(actor, sealed)
    counter = codes.counter_of(code, secret, now(), 0) if secret else None
    if secret is None or counter is None:
        raise Invalid.in_fields(
            {"code": WRONG_CODE if code.strip() else "Enter the code that the app shows."}
        )
    user_id = _id_of(actor)
    try:
        with transaction():
            secrets_store.add(user_id, encrypted_to_save(secret, _PURPOSE), counter, now())
            store.renew_mark(user_id, queries.user(user_id).fs_uniquifier)  # stops sign-ins without a code
            made = _replace_recovery_codes(user_id)
            end_other_sessions(user_id, session_token)
            activity.record(actor, "two_factor_turned_on", "user", user_id, name=actor.name)
            _tell(actor, "turned on")
    except IntegrityError:
        raise Conflict("CONFLICT", "Two-factor authentication is already on.") from None
    return made


def turn_off(actor: Actor) -> None:
    """Turn it off. Raises Conflict if the account requires it."""
    if is_required(actor):
        raise Conflict("CONFLICT", f"{actor.account_name} requires two-factor authentication.")
    _remove(actor, "two_factor_turned_off", "turned off")


def reset(email: str) -> str:
    """Turn it off at the terminal for somebody who has lost their phone; return their name.

    Raises NotFound if nobody has this email address, or they don’t use it.
    """
    user = user_called(email)
    actor = actor_of(user.id, None, "terminal")
    with acting_for(actor.account_id):
        if not is_on(user.id):
            raise NotFound("NOT_FOUND", f"{user.name} doesn’t use two-factor authentication.")
        _remove(actor, "two_factor_reset", "reset by an administrator")
    return user.name


def renew_recovery_codes(actor: Actor) -> list[str]:
    """Replace the recovery codes and return the new ones. Raises Conflict if it is off."""
    user_id = _id_of(actor)
    with transaction():
        if not is_on(user_id):
            raise Conflict("CONFLICT", "Two-factor authentication is off.")
        made = _replace_recovery_codes(user_id)
        activity.record(actor, "recovery_codes_renewed", "user", user_id, name=actor.name)
    return made


def use_code(user_id: int, code: str, origin: str) -> bool:
    """Return whether a code is right: of the app, or a recovery code. It then works never again."""
    known = secrets_store.of_user(user_id)
    secret = decrypted_saved(known.secret, _PURPOSE) if known else None
    if known and secret is None:
        log.error("two_factor_secret_unreadable", extra={"user": user_id})
    counter = codes.counter_of(code, secret, now(), known.last_counter) if known and secret else None
    if known is not None and counter is not None:
        turned_on_at = known.turned_on_at
        with transaction():
            return secrets_store.use_counter(user_id, counter, turned_on_at)
    return _use_recovery_code(user_id, codes.hash_of_recovery_code(code), origin)


def require_in_account(actor: Actor, is_wanted: bool) -> None:
    """Require two-factor authentication of everyone in the account and its sub-accounts, or no longer.

    Raises Conflict if the actor doesn’t use it: they would lock themselves out of this very page.
    """
    require(actor, Permission.ACCOUNT)
    if is_wanted and not is_on(_id_of(actor)):
        raise Conflict("CONFLICT", "Turn on two-factor authentication for yourself first.")
    with transaction():
        account = queries.account(actor.account_id)
        if account is None or account.requires_two_factor == is_wanted:
            return
        store.change_account(account, {"requires_two_factor": is_wanted})
        activity.record(
            actor,
            "two_factor_required" if is_wanted else "two_factor_made_optional",
            "account",
            account.id,
            name=account.name,
        )


def _use_recovery_code(user_id: int, code_hash: str, origin: str) -> bool:
    if queries.account_of(user_id, None) is None:  # somebody who is not on a team has no log
        with transaction():
            return secrets_store.use_recovery_code(user_id, code_hash)
    actor = actor_of(user_id, None, origin)
    with acting_for(actor.account_id), transaction():
        is_right = secrets_store.use_recovery_code(user_id, code_hash)
        if is_right:
            left = secrets_store.count_recovery_codes(user_id)
            activity.record(actor, "recovery_code_used", "user", user_id, name=actor.name, left=left)
    return is_right


def _remove(actor: Actor, action: str, what: str) -> None:
    user_id = _id_of(actor)
    with transaction():
        if secrets_store.remove(user_id):
            activity.record(actor, action, "user", user_id, name=actor.name)
            _tell(actor, what)


def _replace_recovery_codes(user_id: int) -> list[str]:
    made = codes.new_recovery_codes()
    secrets_store.replace_recovery_codes(user_id, [codes.hash_of_recovery_code(one) for one in made])
    return made


def _tell(actor: Actor, what: str) -> None:
    if mail.is_set_up(current()):
        facts = {"what": what}
        send_email(actor.account_id, actor.email, TWO_FACTOR_CHANGED, str(actor.user_id), facts)


def _setup_of(actor: Actor) -> str:
    return f"two-factor set-up of {_id_of(actor)}"


def _id_of(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotFound("NOT_FOUND", "This person doesn’t exist.")
    return actor.user_id
