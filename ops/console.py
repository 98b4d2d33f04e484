"""Terminal output: few lines in plain words. Details are in the log files."""

import json
import os
import sys
import time
from collections import Counter, deque
from pathlib import Path

from ops.processes import STOP_WAIT_SECONDS
from ops.supervision import State

_LEFT_OUT = {"at", "level", "event", "trace", "request"}


def say(text: str = "", problem: bool = False) -> None:
    """Print one line for the user; a closed terminal is not an error."""
    try:
        print(text, file=sys.stderr if problem else sys.stdout, flush=True)
    except OSError:
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115


class LogFile:
    """Reader of lines appended to a log file from now on, across rotation by the supervisor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._identity()
        self._mark = self._seen[:2] if self._seen else None
        self._read = self._seen[2] if self._seen else 0
        self._rest = b""

    def new_lines(self) -> list[str]:
        """Return the lines completed since the last call."""
        mark = self._identity()
        if mark is None or mark == self._seen:
            return []
        if mark[:2] != self._mark:
            self._mark, self._read = mark[:2], 0
        self._seen = mark
        with open(self.path, "rb") as file:
            file.seek(self._read)
            data = self._rest + file.read()
            self._read = file.tell()
        *lines, self._rest = data.split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]

    def _identity(self) -> tuple[int, int, int] | None:
        """Return what tells the file from others, and its size."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino, found.st_size


class Console:
    """Reports what the user should know from the log files and the supervisor."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._files = {name: LogFile(folder / f"{name}.log") for name in names}
        self._words: dict[str, deque[str]] = {name: deque(maxlen=5) for name in names}
        self._seen: dict[str, State] = {}
        self._stopping_since: float | None = None
        self.saw_processes = False
        self.crashes: Counter[str] = Counter()

    def follow(self) -> None:
        """Print what is new in the log files."""
        for name, file in self._files.items():
            for line in file.new_lines():
                self._process_said(name, line)

    def see(self, states: list[State]) -> None:
        """Report the processes that have died or were restarted since the last call."""
        self.saw_processes = True
        for now in states:
            before = self._seen.get(now.name, State(now.name, 0, 0))
            is_new = now.started != before.started
            if (before.pid and now.pid != before.pid) or (is_new and before.started and not now.pid):
                self.crashes[now.name] += 1
                _tell(now.name, "exited unexpectedly")
            if is_new and before.started and now.pid:
                _tell(now.name, "restarted")
            self._seen[now.name] = now

    def see_ending(self, running: list[str]) -> None:
        """Report the processes that have stopped; `running` are the others."""
        self._stopping_since = self._stopping_since or time.monotonic()
        is_late = time.monotonic() - self._stopping_since >= STOP_WAIT_SECONDS
        for name in self._files:
            if name not in running and (state := self._seen.pop(name, None)) and state.pid:
                _tell(name, "didn’t stop in time and was killed" if is_late else "stopped")

    def last_words(self, name: str) -> str:
        """Return the last line of a process that was not a log line: usually why it did not start."""
        return next((line for line in reversed(self._words[name]) if line.strip()), "")

    def _process_said(self, name: str, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            self._words[name].append(line)
            return
        if isinstance(event, dict) and event.get("level") in ("warning", "error", "critical"):
            _tell(name, readable(event))


def readable(event: dict[str, object]) -> str:
    """Format a log event and its facts as one short line."""
    facts = [f"{key}={value}" for key, value in event.items() if key not in _LEFT_OUT]
    trace = str(event.get("trace") or "").strip().splitlines()
    text = " ".join([f"{event['level']}: {event.get('event')}", *facts, *trace[-1:]])
    return text if len(text) <= 300 else text[:299] + "…"


def _tell(name: str, text: str) -> None:
    """Print a line without control characters, because text from outside must not control the terminal."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    say(f"{time.strftime('%H:%M:%S')}  {name:<10} {plain}")
