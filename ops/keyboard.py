"""Keeps Ctrl-C from reaching `make`, which would report a normal shutdown as an error.

The terminal sends Ctrl-C to its foreground process group. While Muster runs, a small process is alone in that
group and forwards the signal to us; afterwards the terminal is returned to the former group.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def watched() -> Iterator[None]:
    """Watch the keyboard during the block. Does nothing without a terminal or in the background."""
    terminal = _terminal()
    if terminal is None:
        yield
        return
    ready_read, ready_write = os.pipe()
    alive_read, alive_write = os.pipe()
    watcher = subprocess.Popen(
        [sys.executable, "-S", __file__, str(terminal), str(alive_read), str(ready_write), str(os.getpgrp())],
        pass_fds=(terminal, alive_read, ready_write),
    )
    os.close(alive_read)
    os.close(ready_write)
    os.read(ready_read, 1)
    os.close(ready_read)
    try:
        yield
    finally:
        os.close(alive_write)
        watcher.wait()
        os.close(terminal)


def _terminal() -> int | None:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return None
    if os.tcgetpgrp(terminal) == os.getpgrp():
        return terminal
    os.close(terminal)
    return None


def watch(terminal: int, alive: int, ready: int, former_group: int) -> None:
    """Be the foreground process until the other end of `alive` is closed."""
    asker = os.getppid()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    for kind in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(kind, lambda *_: os.kill(asker, signal.SIGINT))
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpid())
    os.write(ready, b"1")
    os.close(ready)
    os.read(alive, 1)
    os.tcsetpgrp(terminal, former_group)


if __name__ == "__main__":
    watch(*(int(word) for word in sys.argv[1:5]))
