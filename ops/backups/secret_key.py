"""The secret key, without which what the database holds encrypted can't be read."""

import hashlib
import hmac
import os
from pathlib import Path

from app.platform.settings import Settings
from ops.backups.archive import KEY


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


def fingerprint(key: str) -> str:
    """Return digits by which a key is recognized, and from which it can't be computed."""
    return hmac.digest(key.encode(), b"muster backup", hashlib.sha256).hex()
