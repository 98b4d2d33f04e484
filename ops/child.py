"""Launcher of Muster's processes: `child.py NAME FOLDER` runs the command for NAME in FOLDER/commands.json.

It first takes the lock NAME.lock, which the process then holds for its lifetime. The next start therefore
knows what is left of an earlier run, even if a process id has been reused. On Linux the kernel is asked to
end the process when its parent dies. Imports nothing of the application, to start quickly.
"""

import ctypes
import fcntl
import json
import os
import signal
import sys
import time

LOCK_WAIT_SECONDS = 10
PR_SET_PDEATHSIG = 1


def main(name: str, folder: str) -> None:
    """Replace this program with the command of `name`; `folder` is run/ in the machine's folder."""
    command = take_place(name, folder)
    os.execv(command[0], command)  # nosec B606 # a command of ours, without a shell


def take_place(name: str, folder: str) -> list[str]:
    """Make this process the one of that name, and return its command."""
    end_with_parent()
    command, place = command_of(name, folder)
    hold(os.path.join(folder, f"{name}.lock"))
    os.chdir(place)
    return command


def command_of(name: str, folder: str) -> tuple[list[str], str]:
    """Return the command of a process and the folder that it runs in."""
    with open(os.path.join(folder, "commands.json")) as file:
        task = json.load(file)[name]
    return task["command"], task["folder"]


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def hold(path: str) -> None:
    """Lock `path`, write our process id into it, and keep it open for the program that follows."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    give_up = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise SystemExit(f"{path} is still held by an earlier process") from None
            time.sleep(0.05)
    os.write(handle, b"%-20d" % os.getpid())  # fixed length, so that readers never see a partial id
    os.set_inheritable(handle, True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
