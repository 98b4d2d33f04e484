"""How signals end a backup or its restoration: after everything temporary was deleted, and never between the
moves that belong together."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Let these signals raise SystemExit, as Ctrl-C raises KeyboardInterrupt."""
    before = {kind: signal.signal(kind, _end) for kind in _ENDING}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler or signal.SIG_DFL)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let signals wait."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*_ENDING, signal.SIGINT))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(kind: int, _frame: FrameType | None) -> None:
    sys.exit(128 + kind)
