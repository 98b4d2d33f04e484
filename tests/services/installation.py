"""A complete installation, started like `make run`, with its own folder and port."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

from app.platform.places import log_folder, run_folder
from app.platform.settings import Settings
from ops.locks import holder_of, is_held
from tests.services import prepared
from tests.services.parent_death import die_with_parent
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
READY = "Muster is ready: "


class Installation:
    """An installation in `data_dir`. `settings` are environment variables; `part` is what it starts."""

    def __init__(self, data_dir: Path, part: str = "all", **settings: str) -> None:
        self.data_dir = data_dir
        self._part = part
        asked = settings.get("PORT", "")
        self.port = int(asked) if asked.isdigit() else free_port()
        places = {"DATA_DIR": str(data_dir), "PORT": str(self.port)}
        self.environment = _clean_environment() | places | settings
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self._shown_before = 0

    def start(self, within: float = 90) -> "Installation":
        """Start and wait until it is ready. Raises AssertionError with the output after `within` seconds."""
        self.begin()
        return self.wait_until_ready(within)

    def wait_until_ready(self, within: float = 90) -> "Installation":
        """Wait until all processes run. Raises AssertionError with the output after `within` seconds."""
        give_up = time.monotonic() + within
        while READY not in self.output:
            assert self.process is not None and self.process.poll() is None, self.output
            assert time.monotonic() < give_up, self.output
            time.sleep(0.05)
        return self

    def prepare(self) -> "Installation":
        """Bring the database that the first start would make, unless DATABASE_URL names another."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if "DATABASE_URL" not in self.environment:
            shutil.copy(prepared.sqlite_file(), self.data_dir)
        return self

    def begin(self) -> None:
        """Start without waiting."""
        self._shown_before = os.fstat(self._output.fileno()).st_size
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ops", self._part],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    @property
    def output(self) -> str:
        """Terminal output since the last start."""
        return os.pread(self._output.fileno(), 1_000_000, self._shown_before).decode()

    def stop(self, kind: signal.Signals = signal.SIGINT, within: float = 90) -> int:
        """Send a signal (default: Ctrl-C), wait for the end, and return the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(kind)
        return self.process.wait(timeout=within)

    def wait(self, within: float = 90) -> int:
        """Wait until it ends by itself; return the exit code."""
        assert self.process is not None
        return self.process.wait(timeout=within)

    def pid_of(self, name: str) -> int:
        """Return the process id of `web`, `worker-1`, `clock`, `queue`, `supervisor`, or `muster`."""
        holder = holder_of(self._lock(name))
        assert holder is not None, f"{name} has never run"
        return holder

    def is_running(self, name: str) -> bool:
        """Return True if a process of that name is running."""
        return is_held(self._lock(name))

    def kill(self, name: str, kind: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal (default: SIGKILL) to a process; return its process id."""
        pid = self.pid_of(name)
        os.kill(pid, kind)
        return pid

    def command(self, *arguments: str, within: float = 120) -> "subprocess.CompletedProcess[str]":
        """Run `flask …` with the same settings and capture its output."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
        )

    def log(self, name: str) -> str:
        """Return the log of a process, or ""."""
        path = log_folder(self._settings()) / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _lock(self, name: str) -> Path:
        return run_folder(self._settings()) / f"{name}.lock"

    def _settings(self) -> Settings:
        return Settings.from_environment(self.environment)


def _clean_environment() -> dict[str, str]:
    """Return this process's environment without Muster's settings."""
    names = {item.name.upper() for item in fields(Settings)}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in names and not name.startswith("MUSTER_")
    }
