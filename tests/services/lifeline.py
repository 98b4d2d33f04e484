"""Servers that tests start must not outlive them, not even when the tests are killed."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def end_with_tests() -> None:
    """For `preexec_fn`: the kernel (of Linux) ends this child with SIGTERM when the tests are gone."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
