"""What a person sees at the terminal: few lines, in words. The whole story is in the log files."""

import json
import os
import re
import sys
import time
from collections import deque
from pathlib import Path

_SPAWNED = re.compile(r"spawned: '([\w-]+)' with pid (\d+)")
_EXITED = re.compile(r"exited: ([\w-]+) \((?:terminated by )?([^;]+); not expected\)")
_STOPPED = re.compile(r"stopped: ([\w-]+) ")
_KILLED = re.compile(r"killing '([\w-]+)' \(\d+\) with SIGKILL")
_LEFT_OUT = {"at", "level", "event", "trace", "request"}


def say(text: str = "", problem: bool = False) -> None:
    """One line for the person; a terminal that is gone is no reason to stop."""
    try:
        print(text, file=sys.stderr if problem else sys.stdout, flush=True)
    except OSError:
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115


class LogFile:
    """Reads what is added to a log file from now on, also after the supervisor has moved it aside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = self._identity()
        self._read = path.stat().st_size if self._mark else 0
        self._rest = b""

    def new_lines(self) -> list[str]:
        """The lines completed since the last call."""
        mark = self._identity()
        if mark is None:
            return []
        if mark != self._mark:
            self._mark, self._read = mark, 0
        with open(self.path, "rb") as file:
            file.seek(self._read)
            data = self._rest + file.read()
            self._read = file.tell()
        *lines, self._rest = data.split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


class Console:
    """Follows the log files and tells what a person should know."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._supervisor = LogFile(folder / "supervisor.log")
        self._files = {name: LogFile(folder / f"{name}.log") for name in names}
        self._words: dict[str, deque[str]] = {name: deque(maxlen=5) for name in names}
        self.stopping = False
        self.crashes: dict[str, int] = {}
        self._started: set[str] = set()

    def follow(self) -> None:
        """Read on and print."""
        for name, file in self._files.items():
            for line in file.new_lines():
                self._process_said(name, line)
        for line in self._supervisor.new_lines():
            self._supervisor_said(line)

    def last_words(self, name: str) -> str:
        """The last thing that a process wrote which was no log line: why it did not start, as a rule."""
        return next((line for line in reversed(self._words[name]) if line.strip()), "")

    def _process_said(self, name: str, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            self._words[name].append(line)
            return
        if isinstance(event, dict) and event.get("level") in ("warning", "error", "critical"):
            _tell(name, readable(event))

    def _supervisor_said(self, line: str) -> None:
        if found := _SPAWNED.search(line):
            name = found[1]
            if name in self._started:
                _tell(name, "restarted")
            self._started.add(name)
        elif found := _EXITED.search(line):
            self.crashes[found[1]] = self.crashes.get(found[1], 0) + 1
            if not self.stopping:
                _tell(found[1], f"exited unexpectedly ({found[2]})")
        elif found := _KILLED.search(line):
            _tell(found[1], "didn’t stop in time and was killed")
        elif found := _STOPPED.search(line):
            _tell(found[1], "stopped")


def readable(event: dict[str, object]) -> str:
    """A log line's event and facts in one short line."""
    facts = [f"{key}={value}" for key, value in event.items() if key not in _LEFT_OUT]
    trace = str(event.get("trace") or "").strip().splitlines()
    text = " ".join([f"{event['level']}: {event.get('event')}", *facts, *trace[-1:]])
    return text if len(text) <= 300 else text[:299] + "…"


def _tell(name: str, text: str) -> None:
    """What came from outside, such as an address, must not steer the terminal."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    say(f"{time.strftime('%H:%M:%S')}  {name:<10} {plain}")
