"""Folders of this machine: configuration, locks, and logs.

Usually these are in the data directory itself. Machines that share a database and queue can also share the
data directory for uploads; each then has a folder of its own in it.
"""

import hashlib
import os
import platform
import re
import tempfile
from pathlib import Path

from app.platform.settings import Settings


def own_folder(settings: Settings) -> Path:
    """Return the folder that contains run/ and logs/."""
    if settings.is_sqlite or settings.embedded_queue:
        return settings.data_dir
    return folder_of(settings, platform.node())


def folder_of(settings: Settings, machine: str) -> Path:
    """Return the folder that another machine with this name has, if it shares DATA_DIR."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", machine) or "this"
    return settings.data_dir / "machines" / name


def run_folder(settings: Settings) -> Path:
    """Return the folder of configuration and locks."""
    return own_folder(settings) / "run"


def log_folder(settings: Settings) -> Path:
    """Return the folder of the process logs."""
    return own_folder(settings) / "logs"


def supervisor_socket(settings: Settings) -> Path:
    """The Unix socket of the supervisor's interface."""
    return _socket(settings, "supervisor.sock")


def events_socket(settings: Settings) -> Path:
    """The Unix socket at which the process `events` takes requests from the web server."""
    return _socket(settings, "events.sock")


def _socket(settings: Settings, name: str) -> Path:
    """A path may have 107 bytes at most, and the supervisor adds its process id for a moment: a folder whose
    path is too long gets one under the temporary folder."""
    folder = run_folder(settings)
    if len(os.fsencode(folder)) < 74:
        return folder / name
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"muster-{os.getuid()}-{mark}" / name
