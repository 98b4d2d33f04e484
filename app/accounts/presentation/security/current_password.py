"""Ask for the current password again before a sensitive change."""

from flask_security import verify_password

from app.accounts.application.profile import check_password
from app.accounts.application.sessions import is_fresh
from app.accounts.presentation import lock_out
from app.accounts.presentation.sessions import current_token
from app.platform import web


def asks_password() -> bool:
    """Return whether a sensitive change needs the current password: the person signed in a while ago."""
    return not is_fresh(current_token())


def check_if_asked(password: str | None) -> None:
    """Check the current password if it is needed. Raises Invalid with `fields`, and Locked."""
    if asks_password():
        check_password(web.actor(), password or "", verify_current_password)


def verify_current_password(password: str, password_hash: str) -> bool:
    """Return True if the current password is right. Raises Locked.

    Failures count toward the lock-out of the sign-in page, so an open session cannot be used for guessing.
    """
    attempt = lock_out.begin_sign_in(web.actor().email)
    if not verify_password(password, password_hash):
        return False
    attempt.discard()
    return True
