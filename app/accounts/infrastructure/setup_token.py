"""The setup token: a file in DATA_DIR, readable by its owner only; or derived from the secret key, where
machines share it, because any of them may get the first visitor.

The terminal prints it and the setup page compares with it.
"""

import base64
import contextlib
import hmac
import os
import secrets
from pathlib import Path


def load_or_create_token(folder: Path) -> str:
    """Return the token in `folder`; create it if it does not exist.

    Processes that start at the same time get the same token: the file is written first, then linked.
    """
    path = _path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = folder / f"setup_token.{os.getpid()}"
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(24))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def derived_token(secret_key: str) -> str:
    """Return the token of all machines that have this key."""
    digest = hmac.digest(secret_key.encode(), b"muster setup token", "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def delete_token(folder: Path) -> None:
    _path(folder).unlink(missing_ok=True)


def _path(folder: Path) -> Path:
    return folder / "setup_token"
