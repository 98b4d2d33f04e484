"""`python -m ops [all|web|workers]`. Ctrl-C ends quietly even while Python is still loading the app."""

import signal
import sys


def start() -> int:
    """Load and run; return the exit code."""
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    from ops.run import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    from ops.shutdown import leave

    leave(start())
