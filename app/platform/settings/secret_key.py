"""The secret key that is generated if none is set, kept in a file that only its user can read."""

import contextlib
import os
import secrets
from pathlib import Path


def load_or_create(folder: Path) -> str:
    """Return the key in a folder, which all programs that start at once find. Raises OSError."""
    path = folder / "secret_key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = folder / f"secret_key.{os.getpid()}"
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
