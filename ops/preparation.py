"""Preparation of the database in a separate process (`prepare.py`), so that the program behind `make run`
stays small and other processes can load in the meantime."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import processes
from ops.problems import Problem
from ops.supervision import kept_modules


@dataclass(frozen=True)
class Prepared:
    """Result of the preparation. `token` must be entered by the first visitor, if Muster has no owner yet and
    is reachable by others; `notice` is a message about the database."""

    token: str | None
    notice: str | None


class Preparation:
    """The preparing process; it ends with the block."""

    def __init__(self, log_file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ops.prepare", str(log_file)],
            cwd=processes.ROOT,
            env=kept_modules(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Preparation":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def is_current(self) -> bool:
        """Whether the database is already up to date; known well before the result."""
        return bool(self._next_line()["is_current"])

    def result(self) -> Prepared:
        """Wait for the end. Raises Problem."""
        told = self._next_line()
        if told["problem"]:
            raise Problem(told["problem"])
        return Prepared(told["token"], told["notice"])

    def _next_line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Problem("the database couldn’t be prepared; see the lines above.")
        told: dict[str, Any] = json.loads(line)
        return told
