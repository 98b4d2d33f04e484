"""Shutdown of each process; fast, because all processes do this at the same time."""

import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from flask import Flask

TRACES_WITHIN_SECONDS = 1.0


def leave(code: int, app: "Flask | None" = None) -> NoReturn:
    """Exit immediately, after closing database connections and flushing output.

    A normal exit would tear down all modules, more than half a second of work, and wait for every thread,
    even one in the middle of a request that nobody waits for.
    """
    if app is not None:
        from app.platform.database import db

        with suppress(Exception), app.app_context():
            app.extensions["metrics"].save()
            if (traces := app.extensions.get("traces")) is not None:
                traces.flush(TRACES_WITHIN_SECONDS)
            db.engine.dispose()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
