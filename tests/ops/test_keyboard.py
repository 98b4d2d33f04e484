"""Ctrl-C in a terminal stops everything gracefully, and `make` does not report an error."""

import os
import pty
import re
import select
import signal
import time
from pathlib import Path

from tests.services.installation import READY, ROOT, Installation


def read_until(terminal: int, pattern: str, within: float = 120) -> str:
    """Return the terminal's output up to `pattern` or the end."""
    shown, give_up = "", time.monotonic() + within
    while not re.search(pattern, shown):
        assert time.monotonic() < give_up, shown
        if select.select([terminal], [], [], 1)[0]:
            try:
                shown += os.read(terminal, 4096).decode()
            except OSError:
                break
    return shown


def test_control_c(tmp_path: Path) -> None:
    site = Installation(tmp_path / "data", WORKERS="1")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execvpe("make", ["make", "run"], site.environment)
    read_until(terminal, READY)
    os.write(terminal, b"\x03")
    shown = read_until(terminal, "has stopped.*\n.")
    assert "Muster has stopped." in shown
    assert "Interrupt" not in shown and "Error" not in shown
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert not any(
        site.is_running(name) for name in ("muster", "supervisor", "queue", "web", "worker-1", "clock")
    )


def test_control_c_while_the_environment_is_made(tmp_path: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvp("sh", ["sh", str(ROOT / "ops" / "environment.sh"), "requirements.txt"])
    shown = read_until(terminal, "first run only")
    give_up = time.monotonic() + 60
    while not (tmp_path / ".venv" / "bin" / "python").exists():
        assert time.monotonic() < give_up
        time.sleep(0.02)
    os.write(terminal, b"\x03")
    shown += read_until(terminal, "the end")
    assert "Traceback" not in shown and "couldn’t" not in shown
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGINT
