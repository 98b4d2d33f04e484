"""The other side of `prepare.py`, which brings the database up to date in a process of its own, so that the
program behind `make run` stays small and other processes can load in the meantime."""

import json
import os
from dataclasses import dataclass
from typing import Any

from ops.problems import Problem


@dataclass(frozen=True)
class Prepared:
    """Result of the preparation. `token` must be entered by the first visitor, if Muster has no owner yet and
    is reachable by others; `notice` is a message about the database."""

    token: str | None
    notice: str | None


class Preparation:
    """What the preparing process reports, through a pipe. `to` is its end, which the supervisor hands on."""

    def __init__(self) -> None:
        reader, self.to = os.pipe()
        self._lines = os.fdopen(reader)

    def is_current(self) -> bool:
        """Whether the database is already up to date; known well before the result."""
        os.close(self.to)  # so that the end of the process is the end of the lines
        return bool(self._next_line()["is_current"])

    def result(self) -> Prepared:
        """Wait for the end. Raises Problem."""
        told = self._next_line()
        if told["problem"]:
            raise Problem(told["problem"])
        return Prepared(told["token"], told["notice"])

    def _next_line(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            raise Problem("the database couldn’t be prepared; see start.log in the folder of logs.")
        told: dict[str, Any] = json.loads(line)
        return told
