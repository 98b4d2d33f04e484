"""`make run`: check, prepare, start everything, print the address, and end everything on Ctrl-C.

`python -m ops web` and `python -m ops workers` start one part only, on machines that share the rest.

The supervisor keeps the processes running. This program watches the supervisor, informs the user, and handles
Ctrl-C.
"""

import http.client
import os
import signal
import socket
import subprocess
import time
from itertools import cycle
from pathlib import Path
from types import FrameType

from app.platform.places import log_folder, run_folder
from app.platform.settings import SettingError, Settings
from app.platform.text.words import counted
from ops import checks, keyboard, locks, processes
from ops.console import Console, say
from ops.preparation import Preparation
from ops.problems import Problem
from ops.supervision import Supervisor

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_WITHIN_SECONDS = 120
ANY_IPV4 = "0.0.0.0"  # nosec B104 # to recognize it
END_WITHIN_SECONDS = 7.5
SAYS_WHY_AFTER_SECONDS = 1.5
CRASHES_BEFORE_GIVING_UP = 3
WATCH_EVERY_SECONDS = 0.5
ANSWER_WITHIN_SECONDS = 5


class Stop(Exception):
    """The user asked Muster to stop."""


def request_stop(_kind: int, _frame: FrameType | None) -> None:
    """Signal handler that raises Stop."""
    raise Stop


def main(arguments: list[str]) -> int:
    """Run everything, or the part in `arguments`, until told to stop; return the exit code."""
    if len(arguments) > 1 or not set(arguments) <= set(processes.PARTS):
        say(f"usage: python -m ops [{'|'.join(processes.PARTS)}]", problem=True)
        return 2
    part = arguments[0] if arguments else processes.ALL
    os.umask(0o077)
    socket.setdefaulttimeout(ANSWER_WITHIN_SECONDS)  # also for the supervisor's interface
    try:
        for kind in STOP_SIGNALS:
            signal.signal(kind, request_stop)
        settings = Settings.from_environment(os.environ)
        checks.check_part(settings, part)
        checks.check_folders(settings)
        lock = locks.claim(run_folder(settings))
        os.set_inheritable(lock, False)
        with keyboard.watched():
            _run(settings, part)
        return 0
    except Stop:
        return 0
    except (SettingError, Problem) as problem:
        say(f"Muster can’t run: {problem}", problem=True)
        return 1
    except OSError as wrong:  # for example, the disk is full or read-only
        place = f" ({wrong.filename})" if wrong.filename else ""
        say(f"Muster can’t run: {wrong.strerror or wrong}{place}.", problem=True)
        return 1


def _run(settings: Settings, part: str) -> None:
    say(f"Starting Muster with data in {settings.data_dir}…")
    if left := locks.end_leftovers(run_folder(settings)):
        say(f"Stopped processes left over from an earlier run: {', '.join(left)}.")
    if part != processes.WORKERS:
        checks.check_port(settings)
    checks.check_queue(settings)
    checks.make_socket_folders(settings)
    processes.write_configuration(settings, part)
    names = [name for name in processes.commands(settings, part) if name != "supervisor"]
    console = Console(log_folder(settings), names)
    supervisor: Supervisor | None = None
    try:
        preparation = Preparation()
        supervisor = Supervisor(settings, preparation.to)
        token = _start_all(settings, names, console, supervisor, preparation)
        if part == processes.ALL and settings.workers:  # others are ready when their processes are
            _wait_for_answer("/readyz", settings, console, supervisor)
        _announce(settings, part, token)
        for asks in cycle((True, False, False, False)):
            _watch(console, supervisor, WATCH_EVERY_SECONDS, asks)
    except Stop:
        say("Stopping after current work finishes…")
    finally:
        _end(settings, console, supervisor)
    say("Muster has stopped.")


def _start_all(
    settings: Settings, names: list[str], console: Console, supervisor: Supervisor, preparation: Preparation
) -> str | None:
    """Start the web server, immediately if the database is up to date, and the other processes once it
    answers.

    Returns the setup token for the first visit, if there is one.
    """
    prepared = None if preparation.is_current() else preparation.result()
    has_web = "web" in names
    if has_web:
        _have_started(["web"], console, supervisor)
    prepared = prepared or preparation.result()
    if prepared.notice:
        say(prepared.notice)
    if has_web:
        _wait_for_answer("/healthz", settings, console, supervisor)
    _have_started([name for name in names if name not in ("queue", "web")], console, supervisor)
    return prepared.token


def _have_started(names: list[str], console: Console, supervisor: Supervisor) -> None:
    while not supervisor.start(names):
        _watch(console, supervisor)


def _wait_for_answer(path: str, settings: Settings, console: Console, supervisor: Supervisor) -> None:
    give_up = time.monotonic() + READY_WITHIN_SECONDS
    answer = ""
    while time.monotonic() < give_up:
        for name, count in console.crashes.items():
            if count >= CRASHES_BEFORE_GIVING_UP:
                raise Problem(f"{name} exits right after starting. {console.last_words(name)}".strip())
        status, answer = ask(settings, path)
        if status == 200:
            return
        _watch(console, supervisor)
    raise Problem(f"it wasn’t ready within {READY_WITHIN_SECONDS} seconds. {answer}".strip())


def _watch(console: Console, supervisor: Supervisor, pause: float = 0.1, asks: bool = True) -> None:
    """Print what is new. `asks`: also ask the supervisor for the states of the processes, which takes most of
    the time."""
    console.follow()
    if (code := supervisor.process.poll()) is not None:
        raise Problem(
            f"the supervisor exited unexpectedly ({_how(code)}). All other processes were stopped too."
        )
    if asks and (states := supervisor.states()) is not None:
        console.see(states)
    time.sleep(pause)


def ask(settings: Settings, path: str) -> tuple[int, str]:
    """Return (status, text) of the web server's response; status 0 if there is none."""
    host = {ANY_IPV4: "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=ANSWER_WITHIN_SECONDS)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode("utf-8", "replace")[:500]
    except (OSError, http.client.HTTPException):
        return 0, "The web server isn’t responding."
    finally:
        connection.close()


def _announce(settings: Settings, part: str, token: str | None) -> None:
    say(f"Logs: {log_folder(settings)}. Press Ctrl-C to stop.")
    if part == processes.WORKERS:
        say(f"Muster is ready: {counted(settings.workers, 'worker')} and the clock.")
        return
    if token:
        say(f"Setup token for creating the owner account on the first visit: {token}")
    say(f"Muster is ready: {address(settings)}")


def address(settings: Settings) -> str:
    """Return the URL of Muster for a browser on this machine."""
    if settings.public_url:
        return settings.public_url
    host = {ANY_IPV4: "localhost", "::": "localhost"}.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _end(settings: Settings, console: Console, supervisor: Supervisor | None) -> None:
    for kind in STOP_SIGNALS:
        signal.signal(kind, signal.SIG_IGN)
    if supervisor is not None:
        _end_supervisor(console, supervisor.process, run_folder(settings))
    locks.end_leftovers(run_folder(settings), patience=0.5)


def _end_supervisor(console: Console, supervisor: "subprocess.Popen[bytes]", folder: Path) -> None:
    if supervisor.poll() is None:
        supervisor.terminate()
    began, said = time.monotonic(), ""
    while supervisor.poll() is None and time.monotonic() < began + END_WITHIN_SECONDS:
        console.follow()
        console.see_ending(running := locks.held(folder))
        is_long = console.saw_processes and time.monotonic() > began + SAYS_WHY_AFTER_SECONDS
        if is_long and (why := waits_for(running)) != said:
            say(said := why)
        time.sleep(0.1)
    if supervisor.poll() is None:
        supervisor.kill()
        supervisor.wait()
    console.follow()
    console.see_ending(locks.held(folder))


def waits_for(names: list[str]) -> str:
    """Return what a stop waits for while these processes are running."""
    workers = [name for name in names if name.startswith("worker")]
    reasons = ["open web requests"] if "web" in names else []
    if workers:
        reasons.append(f"the current batch in {' and '.join(workers)}")
    if not reasons:
        reasons = ["the queue to save its tasks" if "queue" in names else "the last processes to end"]
    seconds = processes.STOP_WAIT_SECONDS
    return f"Waiting for {' and '.join(reasons)}, up to {seconds} seconds…"


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
