"""Checks of the processes: workers, the clock, and the process for live progress."""

import socket
from contextlib import closing
from typing import Final

from app.platform import queue_state
from app.platform.doctor import Check, Result, ok, problem, warning
from app.platform.doctor import register as add
from app.platform.errors import Unavailable
from app.platform.places import events_socket
from app.platform.queue import HEARTBEAT_EXPIRES_SECONDS
from app.platform.schema_version import newest_migration
from app.platform.settings import current
from app.platform.text.formats import duration
from app.platform.text.words import counted

CLOCK_SILENT_SECONDS: Final = 30.0
CONNECT_SECONDS: Final = 1.0
START: Final = "Start Muster with make run."
UNKNOWN: Final = warning("Not checked, because the queue can’t be asked.", "Solve its problem first.")


def register() -> None:
    add(Check("workers", "Workers", workers))
    add(Check("clock", "Clock process", clock))
    add(Check("live_progress", "Live progress", live_progress))


def workers() -> Result:
    """Check that workers are at work, on any machine, and know the same migrations as this program."""
    try:
        known = [sign for sign in queue_state.signs() if sign.kind == "worker"]
    except Unavailable:
        return UNKNOWN
    running = [sign for sign in known if sign.age <= HEARTBEAT_EXPIRES_SECONDS]
    if not running:
        last = f" The last one stopped {duration(min(one.age for one in known))} ago." if known else ""
        advice = START if current().workers else "Set WORKERS to 2, or start a machine that has workers."
        return problem(f"No workers are running, so jobs wait and no emails are sent.{last}", advice)
    others = [sign for sign in running if sign.version != newest_migration()]
    if others:
        return warning(
            f"{counted(len(others), 'worker')} of {len(running)} have another version of Muster than this"
            f" command ({others[0].version} instead of {newest_migration()}).",
            "Install the same version on all machines, and restart Muster there.",
        )
    return ok(f"{counted(len(running), 'worker')} running, of this version.")


def clock() -> Result:
    """Check when a clock process last gave a sign."""
    try:
        known = [sign.age for sign in queue_state.signs() if sign.kind == "clock"]
    except Unavailable:
        return UNKNOWN
    late = "scheduled jobs don’t start, waits don’t end, and lost work isn’t resumed"
    if not known:
        return problem(f"No clock process was running within the last hour: {late}.", START)
    if min(known) > CLOCK_SILENT_SECONDS:
        return problem(
            f"The clock process last gave a sign {duration(min(known))} ago: {late}.",
            f"{START} If it is running, look for errors in DATA_DIR/logs/clock.log.",
        )
    return ok(f"Last sign {duration(min(known))} ago.")


def live_progress() -> Result:
    """Check that the process that holds event streams accepts connections."""
    try:
        with closing(socket.socket(socket.AF_UNIX)) as client:
            client.settimeout(CONNECT_SECONDS)
            client.connect(str(events_socket(current())))
    except OSError:
        return warning(
            "The process for live progress isn’t running on this machine, so pages ask every second instead.",
            f"{START} If it is running, look for errors in DATA_DIR/logs/events.log.",
        )
    return ok("The process for live progress accepts connections.")
