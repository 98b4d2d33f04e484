"""Checks of settings that contradict each other, or are unsafe."""

from typing import Final
from urllib.parse import urlsplit

from app.platform.doctor import Check, Result, ok, problem, warning, worst
from app.platform.doctor import register as add
from app.platform.settings import Settings, current

FEWEST_DIFFERENT: Final = 10
"""Characters of a secret key. A random one of 32 characters practically never has fewer."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def register() -> None:
    add(Check("secret_key", "Secret key", secret_key))
    add(Check("public_address", "Public address", public_address))
    add(Check("limits", "Limits", limits))
    add(Check("connections", "Outgoing connections", connections))


def secret_key() -> Result:
    """Check that the key can’t be guessed, and is the same on all machines."""
    settings = current()
    if len(set(settings.secret_key)) < FEWEST_DIFFERENT:
        return problem(
            "SECRET_KEY is easy to guess, so sessions can be forged.",
            "Set SECRET_KEY to the output of: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            " (then all people sign in again, and saved passwords must be entered again).",
        )
    if not _is_generated(settings):
        return ok("SECRET_KEY is set.")
    if not settings.is_sqlite and not settings.embedded_queue:
        return warning(
            "SECRET_KEY isn’t set, so a key was generated in DATA_DIR, although other machines may share"
            " the database and the queue.",
            "If there are several machines, set SECRET_KEY to the content of DATA_DIR/secret_key on all.",
        )
    return ok("A key was generated in DATA_DIR.")


def public_address() -> Result:
    """Check HOST, PUBLIC_URL, and TRUSTED_PROXIES against each other."""
    settings = current()
    url, proxies = urlsplit(settings.public_url), settings.trusted_proxies
    if not settings.public_url:
        if settings.is_loopback and not proxies:
            return ok("Only this machine can reach Muster (HOST is a loopback address).")
        return warning(
            "Others can reach Muster, but PUBLIC_URL isn’t set, so cookies aren’t limited to HTTPS and no"
            " marketing emails are sent.",
            "Set PUBLIC_URL to the address that people enter, such as https://muster.example.com.",
        )
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        return warning(
            "PUBLIC_URL begins with http://, so passwords and cookies are sent without encryption.",
            "Put a reverse proxy with HTTPS in front of Muster, and set PUBLIC_URL to its https:// address.",
        )
    if url.scheme == "https" and not proxies:
        return warning(
            "PUBLIC_URL is an https:// address, so a proxy is in front of Muster, but TRUSTED_PROXIES is 0:"
            " all visitors seem to have the proxy’s address, and one who is locked out locks out all.",
            "Set TRUSTED_PROXIES to the number of proxies in front of Muster, usually 1.",
        )
    return ok(f"PUBLIC_URL is set, with {proxies} trusted proxies in front.")


def limits() -> Result:
    """Check limits that contradict each other."""
    settings, found = current(), []
    if settings.max_contacts_per_job > settings.highest_contacts_per_job:
        found.append(_contradiction("MAX_CONTACTS_PER_JOB", "HIGHEST_CONTACTS_PER_JOB"))
    if settings.max_upload_bytes > settings.max_storage_bytes:
        found.append(_contradiction("MAX_UPLOAD_BYTES", "MAX_STORAGE_BYTES"))
    if settings.max_workbook_rows > settings.max_import_rows:
        found.append(_contradiction("MAX_WORKBOOK_ROWS", "MAX_IMPORT_ROWS"))
    overall = settings.max_enrollments_per_minute_overall
    if overall and settings.max_enrollments_per_minute > overall:
        found.append(_contradiction("MAX_ENROLLMENTS_PER_MINUTE", "MAX_ENROLLMENTS_PER_MINUTE_OVERALL"))
    return worst(found, "Limits don’t contradict each other.")


def connections() -> Result:
    """Check what is sent without encryption, and whom webhooks may call."""
    settings, found = current(), []
    mail = urlsplit(settings.mail_url)
    if mail.scheme == "smtp" and mail.hostname not in _LOOPBACK:
        found.append(
            warning(
                "MAIL_URL begins with smtp://, so the password and all notifications leave unencrypted.",
                "Use starttls:// or smtps:// in MAIL_URL.",
            )
        )
    if settings.webhook_private_addresses and not settings.is_loopback:
        found.append(
            warning(
                "Webhooks may call private addresses, so users can reach servers of your own network.",
                "Remove WEBHOOK_PRIVATE_ADDRESSES, unless you trust all users.",
            )
        )
    return worst(found, "Nothing is sent without encryption, and webhooks call public addresses only.")


def _contradiction(smaller: str, larger: str) -> Result:
    return warning(f"{smaller} is higher than {larger}.", f"Lower {smaller}, or raise {larger}.")


def _is_generated(settings: Settings) -> bool:
    try:
        return (settings.data_dir / "secret_key").read_text().strip() == settings.secret_key
    except OSError:
        return False
