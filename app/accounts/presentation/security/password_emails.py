"""The words of emails about sign-in, and the link in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from flask_security.recoverable import generate_reset_password_token

from app.accounts.application import profile, system_emails
from app.accounts.application.security import passwords, two_factor
from app.accounts.infrastructure import queries
from app.platform.encryption import decrypted_saved
from app.platform.mail import SystemEmail
from app.platform.settings import current


def register() -> None:
    system_emails.register_email(passwords.PASSWORD_RESET, _password_reset)
    system_emails.register_email(passwords.PASSWORD_CHANGED, _password_changed)
    system_emails.register_email(profile.EMAIL_CHANGED, _email_changed)
    system_emails.register_email(profile.EMAIL_CONFIRMATION, _email_confirmation)
    system_emails.register_email(two_factor.TWO_FACTOR_CHANGED, _two_factor_changed)


def _password_reset(_facts: Mapping[str, Any], user_id: str) -> SystemEmail:
    """Return the email with a new link. The link is made here, so that it isn’t stored anywhere."""
    user = queries.user(int(user_id))
    token = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
    return user_email(
        "Reset your password",
        [
            "Someone asked to reset the password of your Muster account. To choose a new one, open this link "
            "within an hour. It works once.",
            "If it wasn’t you, ignore this email. Your password stays as it is.",
        ],
        f"{current().public_url}/reset-password/{token}",
        "Choose a new password",
    )


def _password_changed(facts: Mapping[str, Any], user_id: str) -> SystemEmail:
    name = queries.user(int(user_id)).name
    tokens = about_tokens(facts.get("accounts_with_tokens", 0))
    base = current().public_url
    return user_email(
        "Your password was changed",
        [
            f"{name}, the password of your Muster account was just changed, and other browsers were signed "
            "out.",
            "If it wasn’t you, reset your password now and tell your administrator.",
            *([tokens] if tokens else []),
        ],
        f"{base}/forgot-password" if base else None,
        "Reset your password",
    )


def about_tokens(accounts: int) -> str:
    """Say that API tokens in so many accounts outlive a password, and where to revoke them; "" if it is 0."""
    if not accounts:
        return ""
    where, of_each = ("", "") if accounts == 1 else (f" in {accounts} accounts", " of each account")
    advice = f"Revoke those that you don’t trust under Settings > API tokens{of_each}."
    return f"Your API tokens{where} still work. {advice}"


def _email_changed(_facts: Mapping[str, Any], user_id: str) -> SystemEmail:
    """Return the email to the old address. A link to reset the password would go to the new one."""
    name = queries.user(int(user_id)).name
    return user_email(
        "Your email address was changed",
        [
            f"{name}, the email address of your Muster account was just changed from this one to another, "
            "and other browsers were signed out.",
            "If it wasn’t you, tell your administrator now. Links to reset your password don’t come to this "
            "address anymore.",
        ],
        None,
        "",
    )


def _email_confirmation(facts: Mapping[str, Any], user_id: str) -> SystemEmail:
    """Return the email to a new address, with the link that makes it the user's."""
    token = decrypted_saved(str(facts["token"]), profile.EMAIL_LINK_PURPOSE) or ""
    return user_email(
        "Confirm your new email address",
        [
            f"{queries.user(int(user_id)).name} wants to sign in to Muster with this email address. To "
            "confirm it, open this link within an hour, in a browser in which you’re signed in.",
            "If it wasn’t you, ignore this email. Nothing will change.",
        ],
        f"{current().public_url}/settings/profile/email/{token}",
        "Confirm email address",
    )


def _two_factor_changed(facts: Mapping[str, Any], user_id: str) -> SystemEmail:
    name, what = queries.user(int(user_id)).name, facts["what"]
    base = current().public_url
    return user_email(
        f"Two-factor authentication was {what}",
        [
            f"{name}, two-factor authentication of your Muster account was just {what}.",
            "If you don’t know why, reset your password now and tell your administrator.",
        ],
        f"{base}/forgot-password" if base else None,
        "Reset your password",
    )


def user_email(subject: str, paragraphs: Sequence[str], link: str | None, label: str) -> SystemEmail:
    """Return an email to a user with these paragraphs; the link comes after the first one."""
    given = {"title": subject, "paragraphs": paragraphs, "link": link, "label": label}
    return SystemEmail(
        subject=subject,
        text=current_app.jinja_env.get_template("accounts/mail_user.txt").render(given),
        html=current_app.jinja_env.get_template("accounts/mail_user.html").render(given),
    )
