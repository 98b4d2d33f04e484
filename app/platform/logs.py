"""Logging: one JSON object per line, with an event in the past tense, ids, counts, and milliseconds.

Example: `log.info("batch_completed", extra={"job": 7, "ms": 41})`. Never log values of contacts or rows.
"""

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from typing import Any

log = logging.getLogger("muster")

# Context of the current request or task, added to every line that it logs.
origin: ContextVar[dict[str, Any] | None] = ContextVar("origin", default=None)

_STANDARD = set(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}


# Parts of PostgreSQL's error messages that contain values of the row.
_VALUES = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


_as_json = json.JSONEncoder(default=str, ensure_ascii=False).encode


class JsonLine(logging.Formatter):
    """Format a record as one line of JSON; an exception's traceback is the field `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **(origin.get() or {}),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["trace"] = _VALUES.sub(r"\1: (left out)", self.formatException(record.exc_info))
        return _as_json(line)


def configure() -> None:
    """Send all logs of the process to standard error as JSON lines. Idempotent."""
    log.setLevel(logging.INFO)
    logging.raiseExceptions = False  # ignore errors when writing a line
    root = logging.getLogger()
    if any(isinstance(handler.formatter, JsonLine) for handler in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
