"""Has the database prepared by a process of its own (`prepare.py`), so that the program behind `make run`
stays small and quick, and other processes can load meanwhile."""

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
    """What the person who starts Muster should know. `token` is what the first visitor has to enter, if
    strangers can come and nobody owns Muster yet; `notice` is a sentence about the database."""

    token: str | None
    notice: str | None


class Preparation:
    """The process, ended with the block."""

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
        """Whether the database is of this version already; known long before the result."""
        return bool(self._next_line()["is_current"])

    def result(self) -> Prepared:
        """Wait for the end; raises Problem."""
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
