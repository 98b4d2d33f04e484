"""Ask for the current password again before a sensitive change."""

from flask_security import verify_password

from app.accounts.presentation import lock_out
from app.platform import web


def verify_current_password(password: str, password_hash: str) -> bool:
    """Return True if the current password is right. Raises Locked.

    Failures count toward the lock-out of the sign-in page, so an open session cannot be used for guessing.
    """
    attempt = lock_out.begin_sign_in(web.actor().email)
    if not verify_password(password, password_hash):
        return False
    attempt.discard()
    return True
