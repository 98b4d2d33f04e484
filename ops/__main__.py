"""`python -m ops`: an early Ctrl-C, while Python is still loading the app, ends quietly too."""

import signal
import sys


def start() -> int:
    """Load and run; returns the exit code."""
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    from ops.run import main

    return main()


if __name__ == "__main__":
    from ops.process import leave

    leave(start())
