"""The secret that the first visitor must know when strangers can reach the installation.

A file that only we may read: the web processes compare with it, the terminal prints it.
"""

import contextlib
import os
import secrets
from pathlib import Path


def kept_token(folder: Path) -> str:
    """The token in `folder`, made by the first who asks."""
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


def forget_token(folder: Path) -> None:
    _path(folder).unlink(missing_ok=True)


def _path(folder: Path) -> Path:
    return folder / "setup_token"
