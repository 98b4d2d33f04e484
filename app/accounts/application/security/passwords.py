"""Set a password without the current one: through a link in an email, or at the terminal of the server."""

from typing import Final

from app.accounts.application.api_tokens import count_accounts_with_tokens
from app.accounts.application.members import Hasher, actor_of
from app.accounts.application.sessions import end_other_sessions
from app.accounts.application.system_emails import can_email_links, send_email
from app.accounts.domain import Actor
from app.accounts.domain.input import email_problem, normal_email, normal_password, password_problem
from app.accounts.infrastructure import queries, store
from app.accounts.infrastructure.tables import User
from app.activity import application as activity
from app.platform import mail, queue
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound, Unavailable
from app.platform.settings import current
from app.platform.tenancy import acting_for

PASSWORD_RESET: Final = "password_reset"
PASSWORD_CHANGED: Final = "password_changed"
RESET_TASK: Final = "accounts.send_password_reset"
LINK_USED: Final = "This link has expired or has already been used."


def ask_for_reset(email: str) -> None:
    """Send a link to the user with this email address, if there is one.

    The same is done for every address, so that neither the answer nor its time tells who has an account: a
    worker finds out. Raises Invalid with `fields`, and Unavailable if the queue does not respond.
    """
    if not can_email_links(current()):
        raise Conflict("CONFLICT", "This installation doesn’t send emails. Ask your administrator.")
    if problem := email_problem(email):
        raise Invalid.in_fields({"email": problem})
    user = queries.user_by_email(normal_email(email))
    if not queue.send(RESET_TASK, 0, user.id if user is not None else 0):
        raise Unavailable("UNAVAILABLE", "Emails can’t be sent right now. Try again in a few minutes.")


def send_reset(_account_id: int, user_id: int) -> None:
    """Send the link; does nothing if the user does not exist, is deactivated, or has no account."""
    found = queries.account_of(user_id, None)
    if found is None:
        return
    account, _ = found
    user = queries.user(user_id)
    if user.active:
        with acting_for(account.id), transaction():
            send_email(account.id, user.email, PASSWORD_RESET, str(user.id), {})


def reset_password(user_id: int, mark: str, new: str, hash_password: Hasher, origin: str) -> None:
    """Set the password of the user whose link holds `mark`, their `fs_uniquifier`; it works once.

    Raises Invalid with `fields`, and NotFound if the link was used meanwhile.
    """
    actor = actor_of(user_id, None, origin)
    with acting_for(actor.account_id):
        password_hash = _hashed(new, actor, hash_password)
        with transaction():
            if not store.replace_password(user_id, mark, password_hash):
                raise NotFound("NOT_FOUND", LINK_USED)
            _after_change(actor)
            activity.record(actor, "password_reset", "user", user_id, name=actor.name)


def set_password(email: str, new: str, hash_password: Hasher) -> str:
    """Set a user's password at the terminal and end all of their sessions; return their name.

    Raises Invalid with `fields`, and NotFound if no user has this email address.
    """
    user = user_called(email)
    actor = actor_of(user.id, None, "terminal")
    with acting_for(actor.account_id):
        password_hash = _hashed(new, actor, hash_password)
        with transaction():
            store.replace_password(user.id, user.fs_uniquifier, password_hash)
            _after_change(actor)
            activity.record(actor, "password_set", "user", user.id, name=actor.name)
    return actor.name


def user_called(email: str) -> User:
    """Return the user with an email address. Raises NotFound."""
    user = None if email_problem(email) else queries.user_by_email(normal_email(email))
    if user is None:
        raise NotFound("NOT_FOUND", f"No user has the email address {email}.")
    return user


def _hashed(new: str, actor: Actor, hash_password: Hasher) -> str:
    if problem := password_problem(new, actor.email, actor.name, actor.account_name):
        raise Invalid.in_fields({"password": problem})
    return hash_password(normal_password(new))


def tell_changed(actor: Actor) -> None:
    """Tell a user by email that their password was changed, if this installation sends emails."""
    assert actor.user_id is not None
    if mail.is_set_up(current()):
        facts = {"accounts_with_tokens": count_accounts_with_tokens(actor.user_id)}
        send_email(actor.account_id, actor.email, PASSWORD_CHANGED, str(actor.user_id), facts)


def _after_change(actor: Actor) -> None:
    assert actor.user_id is not None
    end_other_sessions(actor.user_id)
    tell_changed(actor)
