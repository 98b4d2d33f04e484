"""A web worker that waits for nobody for ever.

gunicorn's own threads wait as long as a sender keeps its connection, so sixteen that send a line and then
nothing (an attack, or laptops closed in the middle of an upload) would stop the site. Here a request that is
late ends as if its sender had gone away.
"""

import errno
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEADERS_WITHIN_SECONDS = 10.0
BODY_WITHIN_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 8 * 1024
UNKNOWN_LENGTH = 4 * 1024 * 1024
SILENCE_SECONDS = 60.0


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Threads, with a time limit for everything that a sender has to do."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._due: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Runs in a thread for each request: wait for its headers, answer it."""
        self._due[conn] = time.monotonic() + HEADERS_WITHIN_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._due.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The headers have come: now the body is due, as fast as its length asks for."""
        self._due[conn] = time.monotonic() + BODY_WITHIN_SECONDS + _length(req) / SLOWEST_BYTES_PER_SECOND
        conn.sock.settimeout(SILENCE_SECONDS)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "nothing was read for too long") from None

    def notify(self) -> None:
        """Called again and again by the main loop, which is never busy."""
        super().notify()
        now = time.monotonic()
        for conn, due in self._due.copy().items():
            if due < now:
                self._due.pop(conn, None)
                with suppress(OSError):  # gone already
                    conn.sock.shutdown(socket.SHUT_RD)  # what is being answered still arrives


def _length(req: Any) -> int:
    stated = next((value for name, value in req.headers if name == "CONTENT-LENGTH"), "")
    if stated.isdigit():
        return int(stated)
    return UNKNOWN_LENGTH if any(name == "TRANSFER-ENCODING" for name, _ in req.headers) else 0
