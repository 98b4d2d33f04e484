"""Change a user's own name, email address, and password, and which emails they get.

The email address and the password require the current password, so an unattended browser session is not
enough to take over the account.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from app.accounts.application.members import Hasher
from app.accounts.application.security.passwords import LINK_USED, tell_changed
from app.accounts.application.sessions import end_other_sessions
from app.accounts.application.system_emails import can_email_links, send_email
from app.accounts.domain import Actor
from app.accounts.domain.input import (
    MAX_NAME_LENGTH,
    email_problem,
    normal_email,
    normal_name,
    normal_password,
    password_problem,
)
from app.accounts.infrastructure import queries, store
from app.activity import application as activity
from app.platform import mail
from app.platform.attempts import attempt_limiter
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.encryption import decrypted, encrypted, encrypted_to_save
from app.platform.errors import Invalid, NotFound
from app.platform.settings import current

Verifier = Callable[[str, str], bool]
"""(password, hash) -> True if the password matches. The password is normalized."""

EMAIL_CHANGED: Final = "email_changed"
EMAIL_CONFIRMATION: Final = "email_confirmation"
EMAIL_LINK_PURPOSE: Final = "new email address"
"""What the token in a link to a new address is encrypted for."""
EMAIL_LINK_LIFETIME: Final = timedelta(hours=1)
EMAIL_LINKS: Final = "new email addresses"
MOST_EMAIL_LINKS, EMAIL_LINKS_SECONDS = 5, 3600
"""How many links a person can have sent to new addresses within so many seconds."""
WRONG_PASSWORD = "This isn’t your current password."
EMAIL_REFUSED = "This email address can’t be used. Choose another one."


def change_name(actor: Actor, name: str) -> None:
    """Change the actor's own name. Raises Invalid with `fields`."""
    tidy = normal_name(name)
    if not tidy:
        raise Invalid.in_fields({"name": "Enter your name."})
    if len(tidy) > MAX_NAME_LENGTH:
        raise Invalid.in_fields({"name": f"Use at most {MAX_NAME_LENGTH} characters."})
    with transaction():
        _change(actor, "name", name=tidy)


def wants_approval_emails(actor: Actor) -> bool:
    """Return whether the actor gets an email when a job waits for their approval."""
    return queries.user(_id_of(actor)).approval_emails


def change_approval_emails(actor: Actor, *, wanted: bool) -> None:
    """Choose whether the actor gets an email when a job waits for their approval."""
    with transaction():
        _change(actor, "approval emails", approval_emails=wanted)


def change_email(actor: Actor, email: str, password: str, verify: Verifier, session_token: str) -> int | None:
    """Change the email address that the actor signs in with, tell the old address, and end all of their
    sessions except the one with `session_token`. Returns the number of ended sessions.

    If this installation sends emails with links, the address is changed when they open the link that is sent
    there (`confirm_email`), and None is returned: it has to be theirs.

    Raises Invalid with `fields`. Nothing is sent to an address that another user has, and the answer is the
    same; without links it is rejected with a neutral message that does not reveal the reason.
    """
    if problem := email_problem(email):
        raise Invalid.in_fields({"email": problem})
    mark = check_password(actor, password, verify)
    wanted = normal_email(email)
    try:
        with transaction():
            if wanted == actor.email:
                return 0
            is_taken = queries.user_by_email(wanted) is not None
            if can_email_links(current()):
                _send_link(actor, mark, wanted, is_taken)
                return None
            if is_taken:
                raise Invalid.in_fields({"email": EMAIL_REFUSED})
            _claim(actor, mark)
            return _use_email(actor, wanted, session_token)
    except IntegrityError:  # a concurrent request took the same address
        raise Invalid.in_fields({"email": EMAIL_REFUSED}) from None


def email_link_token(user_id: int, mark: str, email: str) -> str:
    """Return what the link to a new address has in it."""
    until = int((now() + EMAIL_LINK_LIFETIME).timestamp())
    return encrypted(json.dumps([user_id, mark, email, until]), EMAIL_LINK_PURPOSE)


def new_email_in(actor: Actor, token: str) -> str:
    """Return the new address of a link that was sent to it. Raises NotFound."""
    return _opened(actor, token)[1]


def confirm_email(actor: Actor, token: str, session_token: str) -> int:
    """Change the actor's email address to the one that this link was sent to; see `change_email`.

    Raises NotFound if the link has expired, or the password or address were changed since, or it is another
    person's.
    """
    mark, wanted = _opened(actor, token)
    try:
        with transaction():
            if not store.renew_mark(_id_of(actor), mark):
                raise NotFound("NOT_FOUND", LINK_USED)
            return _use_email(actor, wanted, session_token)
    except IntegrityError:  # somebody else uses it by now
        raise NotFound("NOT_FOUND", LINK_USED) from None


def change_password(
    actor: Actor, password: str, new: str, verify: Verifier, hash_password: Hasher, session_token: str
) -> int:
    """Change the actor's password and end all of their sessions except the one with `session_token`.

    Returns the number of ended sessions. Raises Invalid with `fields`.
    """
    if problem := password_problem(new, actor.email, actor.name, actor.account_name):
        raise Invalid.in_fields({"new_password": problem})
    mark = check_password(actor, password, verify)
    if normal_password(new) == normal_password(password):
        raise Invalid.in_fields({"new_password": "Choose a password that differs from the current one."})
    password_hash = hash_password(normal_password(new))
    with transaction():
        _claim(actor, mark)
        _change(actor, "password", password=password_hash)
        tell_changed(actor)
        return end_other_sessions(_id_of(actor), session_token)


def check_password(actor: Actor, password: str, verify: Verifier) -> str:
    """Return the mark (`fs_uniquifier`) of the actor’s user, which every new password replaces.

    Raises Invalid with `fields` unless this is their current password.
    """
    user = queries.user(_id_of(actor))
    mark = user.fs_uniquifier
    if not password:
        raise Invalid.in_fields({"password": "Enter your current password."})
    if not verify(normal_password(password), user.password):
        raise Invalid.in_fields({"password": WRONG_PASSWORD})
    return mark


def _send_link(actor: Actor, mark: str, wanted: str, is_taken: bool) -> None:
    """Email a link to a new address that is not taken. Raises Invalid with `fields` after too many."""
    if isinstance(attempt_limiter(EMAIL_LINKS).begin([f"user:{actor.user_id}"]), int):
        raise Invalid.in_fields({"email": "You’ve asked for several links within an hour. Try again later."})
    if is_taken:
        return
    facts = {"token": encrypted_to_save(email_link_token(_id_of(actor), mark, wanted), EMAIL_LINK_PURPOSE)}
    send_email(actor.account_id, wanted, EMAIL_CONFIRMATION, str(actor.user_id), facts)


def _opened(actor: Actor, token: str) -> tuple[str, str]:
    """Return the mark of the user, and the address, in a link. Raises NotFound."""
    text = decrypted(token, EMAIL_LINK_PURPOSE) if token.isascii() else None
    user_id, mark, email, until = json.loads(text) if text else (None, "", "", 0)
    if user_id is None or user_id != actor.user_id or until < now().timestamp():
        raise NotFound("NOT_FOUND", LINK_USED)
    if queries.user(user_id).fs_uniquifier != mark:
        raise NotFound("NOT_FOUND", LINK_USED)
    return mark, email


def _use_email(actor: Actor, wanted: str, session_token: str) -> int:
    _change(actor, "email", email=wanted)
    if mail.is_set_up(current()):
        send_email(actor.account_id, actor.email, EMAIL_CHANGED, str(actor.user_id), {})
    return end_other_sessions(_id_of(actor), session_token)


def _claim(actor: Actor, mark: str) -> None:
    """Replace the mark, which makes links for a password reset, sent before, invalid.

    Raises Invalid with `fields` if the password that was checked has been replaced meanwhile: whoever resets
    it has the last word.
    """
    if not store.renew_mark(_id_of(actor), mark):
        raise Invalid.in_fields({"password": WRONG_PASSWORD})


def _change(actor: Actor, what: str, **values: str | bool) -> None:
    user = queries.user(_id_of(actor))
    if all(getattr(user, name) == value for name, value in values.items()):
        return
    store.change_user(user, values)
    activity.record(actor, "profile_changed", "user", user.id, name=user.name, changed=[what])


def _id_of(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotFound("NOT_FOUND", "This person doesn’t exist.")
    return actor.user_id
