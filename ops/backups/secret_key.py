"""The keys without which what the database holds encrypted can't be read."""

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any

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


def check_other_keys(settings: Settings, about: dict[str, Any]) -> None:
    """Raise Problem if a backup was made with other keys than those that are set; older ones don’t tell."""
    needed = about.get("encryption_keys") or []
    if needed and needed[0] not in map(fingerprint, settings.encryption_key):
        what = _missing("ENCRYPTION_KEY", bool(settings.encryption_key))
        raise Problem(f"{what}, so saved passwords couldn’t be read. {_advice('ENCRYPTION_KEY')}")
    former = about.get("password_key")
    if former and former != fingerprint(settings.password_key or settings.secret_key):
        what = _missing("PASSWORD_KEY", bool(settings.password_key))
        raise Problem(f"{what}, so nobody’s password would be right. {_advice('PASSWORD_KEY')}")


def _missing(name: str, is_set: bool) -> str:
    return f"{name} isn’t the key of this backup" if is_set else f"The backup needs {name}, which isn’t set"


def _advice(name: str) -> str:
    return f"Set {name} to that of the installation it was made of."


def fingerprint(key: str) -> str:
    """Return digits by which a key is recognized, and from which it can't be computed."""
    return hmac.digest(key.encode(), b"muster backup", hashlib.sha256).hex()
