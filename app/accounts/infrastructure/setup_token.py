"""The setup token: a file in DATA_DIR, readable by its owner only.

The terminal prints it and the setup page compares with it.
"""

import contextlib
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


def delete_token(folder: Path) -> None:
    _path(folder).unlink(missing_ok=True)


def _path(folder: Path) -> Path:
    return folder / "setup_token"
