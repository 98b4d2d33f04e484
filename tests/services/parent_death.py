"""End servers together with the tests that started them, even if the tests are killed."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def die_with_parent() -> None:
    """Use as `preexec_fn`: Linux sends SIGTERM to the child when its parent ends; no effect elsewhere."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
