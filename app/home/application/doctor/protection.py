"""Check of the file modes of the data folder, the secret key, and the database file."""

import os
import stat
from pathlib import Path

from app.platform.doctor import Check, Result, ok, problem, warning, worst
from app.platform.doctor import register as add
from app.platform.settings import current

GROUP, OTHERS = 0o070, 0o007


def register() -> None:
    add(Check("file_modes", "File permissions", file_modes))


def file_modes() -> Result:
    """Check that no other user of this machine reads keys and contacts."""
    settings = current()
    if not settings.data_dir.is_dir():
        return problem(
            f"The folder DATA_DIR, {settings.data_dir}, doesn’t exist.", "Create it, or correct DATA_DIR."
        )
    private = [settings.data_dir / "secret_key"]
    if settings.is_sqlite:
        private.append(Path(settings.database_url.removeprefix("sqlite:///")))
    found = [_folder(settings.data_dir)]
    found += [_private_file(path) for path in private if path.is_file()]
    return worst(found, "Only this user can read the data folder.")


def _folder(path: Path) -> Result:
    about = path.stat()
    mode = stat.S_IMODE(about.st_mode)
    if mode & OTHERS:
        return problem(
            f"Other users of this machine can open {path} (mode {mode:o}).", f"Run: chmod 700 {path}"
        )
    if mode & GROUP:
        return warning(f"The group of {path} can open it (mode {mode:o}).", f"Run: chmod 700 {path}")
    if about.st_uid != os.geteuid():
        return warning(
            f"{path} belongs to another user than the one who runs this command.",
            "Run flask doctor as the user who runs Muster.",
        )
    return ok("")


def _private_file(path: Path) -> Result:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (GROUP | OTHERS):
        return problem(f"Other users can read {path} (mode {mode:o}).", f"Run: chmod 600 {path}")
    return ok("")
