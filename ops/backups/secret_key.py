"""The keys without which what the database holds encrypted can't be read."""

import hashlib
import hmac
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.platform.encrypted_columns import encrypted_columns
from app.platform.encryption import key_of_saved
from app.platform.settings import Settings
from ops.backups.archive import KEY
from ops.problems import Problem


def key_file(settings: Settings) -> Path:
    """Return the file of a generated key."""
    return settings.data_dir / KEY


def is_generated(settings: Settings) -> bool:
    """Return whether the key in use is that of the file, and not one that an administrator set."""
    try:
        return (
            not os.environ.get("SECRET_KEY") and key_file(settings).read_text().strip() == settings.secret_key
        )
    except OSError:
        return False


def kept_apart(settings: Settings) -> list[str]:
    """Return the names of other keys that are set; no backup contains them."""
    known = {"ENCRYPTION_KEY": settings.encryption_key, "PASSWORD_KEY": settings.password_key}
    return [name for name, key in known.items() if key]


def needed_keys(settings: Settings, database: sqlite3.Connection) -> list[str]:
    """Return the keys of ENCRYPTION_KEY without which a database can't be read: the first one, and those that
    are still to be replaced with it."""
    first, *older = settings.encryption_key or ("",)
    found: set[str | None] = set()
    for one in encrypted_columns() if older else ():
        query = str(sa.select(one.column).where(one.column.is_not(None)))
        with suppress(sqlite3.OperationalError):  # an older database doesn't have the column
            found |= {key_of_saved(text, one.purpose) for (text,) in database.execute(query) if text}
    return [key for key in settings.encryption_key if key == first or key in found]


def check_other_keys(settings: Settings, about: dict[str, Any]) -> None:
    """Raise Problem if a backup was made with other keys than those that are set; older ones don’t tell.

    Its secret key is that of the installation by now, or will be.
    """
    known = set(map(fingerprint, settings.encryption_key))
    if not known.issuperset(about.get("encryption_keys") or ()):
        what = _missing("ENCRYPTION_KEY", bool(settings.encryption_key))
        raise Problem(f"{what}, so saved passwords couldn’t be read. {_advice('ENCRYPTION_KEY')}")
    if "password_key" not in about:
        return
    secret_key = about["secret_key"].get("fingerprint")
    used = fingerprint(settings.password_key) if settings.password_key else secret_key
    if used != (about["password_key"] or secret_key):
        what = _missing("PASSWORD_KEY", bool(settings.password_key))
        advice = (
            _advice("PASSWORD_KEY") if about["password_key"] else "Unset it: the backup was made without."
        )
        raise Problem(f"{what}, so nobody’s password would be right. {advice}")


def _missing(name: str, is_set: bool) -> str:
    return f"{name} isn’t the key of this backup" if is_set else f"The backup needs {name}, which isn’t set"


def _advice(name: str) -> str:
    return f"Set {name} to that of the installation it was made of."


def fingerprint(key: str) -> str:
    """Return digits by which a key is recognized, and from which it can't be computed."""
    return hmac.digest(key.encode(), b"muster backup", hashlib.sha256).hex()
