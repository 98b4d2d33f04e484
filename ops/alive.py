"""Health check of a machine: `python -m ops.alive` exits with 0 if all its processes run and its web server
responds.

It says nothing about the database and the queue: a machine that is started again while they are down is not
better off. `/readyz` does.
"""

import json
import os
import sys

from app.platform.places import run_folder
from app.platform.settings import SettingError, Settings
from ops import locks
from ops.run import ask


def faults(settings: Settings) -> list[str]:
    """Return what is wrong, in sentences."""
    folder = run_folder(settings)
    if not locks.is_held(folder / f"{locks.KEEPER}.lock"):
        return [f"Muster isn’t running in {settings.data_dir}."]
    names = json.loads((folder / "commands.json").read_text())
    found = [f"{name} isn’t running." for name in names if not locks.is_held(folder / f"{name}.lock")]
    if "web" in names:
        status, answer = ask(settings, "/healthz")
        if status != 200:
            found.append(f"The web server responds with {status}. {answer}".strip())
    return found


def main() -> int:
    """Print what is wrong; return the exit code."""
    try:
        found = faults(Settings.from_environment(os.environ))
    except (SettingError, OSError, ValueError) as wrong:
        found = [str(wrong)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
