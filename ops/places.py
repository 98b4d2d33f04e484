"""Where this machine keeps what is its own: configuration, locks and logs.

In the data directory itself as a rule. Machines that share database and queue may share the data directory
too, for the uploads; each then has a folder of its own in it.
"""

import hashlib
import os
import platform
import re
import tempfile
from pathlib import Path

from app.platform.settings import Settings


def own_folder(settings: Settings) -> Path:
    """The folder that has run/ and logs/."""
    if settings.is_sqlite or settings.embedded_queue:
        return settings.data_dir
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", platform.node()) or "this"
    return settings.data_dir / "machines" / name


def run_folder(settings: Settings) -> Path:
    """Configuration and locks."""
    return own_folder(settings) / "run"


def log_folder(settings: Settings) -> Path:
    """The processes' logs."""
    return own_folder(settings) / "logs"


def supervisor_socket(settings: Settings) -> Path:
    """The Unix socket of the supervisor's interface. A path may have 107 bytes at most, and the supervisor
    adds its process id for a moment: a folder whose path is too long gets one under the temporary folder."""
    near = run_folder(settings) / "supervisor.sock"
    if len(os.fsencode(near)) < 90:
        return near
    mark = hashlib.sha256(os.fsencode(near)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"muster-{os.getuid()}-{mark}" / "supervisor.sock"
