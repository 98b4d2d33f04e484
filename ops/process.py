"""How each of Muster's processes begins and ends: quickly, because all of them do it at the same moment."""

import gc
import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from app import create_app

if TYPE_CHECKING:
    from flask import Flask

    from app.platform.connections import Process


def load(process: "Process") -> "Flask":
    """The app. What is loaded stays for as long as the process lives, so nobody looks for garbage in it."""
    gc.disable()
    app = create_app(process=process)
    gc.freeze()
    gc.enable()
    return app


def leave(code: int, app: "Flask | None" = None) -> NoReturn:
    """End now. Python would first take all modules apart, for more than half a second of work, and wait for
    every thread, which may be in the middle of a request that nobody waits for any more."""
    if app is not None:
        from app.platform.database import db

        with suppress(Exception), app.app_context():
            db.engine.dispose()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
