"""A web worker in which a connection takes no thread: an event loop holds all connections.

gunicorn's ASGI worker, extended with a deadline for the headers of a new connection, a limit on the number of
connections, and an end to those whose client does not read the response.
"""

import asyncio
import resource
import time
from contextlib import suppress
from typing import Any, ClassVar

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi

from ops.shutdown import leave

HEADERS_WITHIN_SECONDS = 10.0
ANSWER_TAKEN_WITHIN_SECONDS = 60.0
MOST_CONNECTIONS = 1_000


class PatientProtocol(ASGIProtocol):  # type: ignore[misc]
    """One connection. `silent` holds, oldest first, those that have not yet sent all headers of a request."""

    silent: ClassVar["dict[PatientProtocol, None]"] = {}
    open: ClassVar["set[PatientProtocol]"] = set()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.open.add(self)
        self.silent[self] = None
        self.worker.loop.call_later(HEADERS_WITHIN_SECONDS, self._end_if_silent)
        if len(self.open) > MOST_CONNECTIONS:
            next(iter(self.silent))._keepalive_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_heard()
        self.open.discard(self)
        super().connection_lost(exc)

    def _on_headers_complete(self) -> Any:
        self._is_heard()
        return super()._on_headers_complete()

    def _is_websocket_upgrade(self, request: Any) -> bool:
        return False  # not supported

    def _close_transport(self) -> None:
        was_open, transport = not self._closed, self.transport
        super()._close_transport()
        self._is_heard()
        if was_open and transport is not None:
            self.worker.loop.call_later(ANSWER_TAKEN_WITHIN_SECONDS, transport.abort)

    def end_if_idle(self) -> None:
        """Close the connection if it has no request in progress."""
        if self._awaiting_request:
            self._keepalive_timeout()

    def _end_if_silent(self) -> None:
        if self in self.silent:
            self._keepalive_timeout()

    def _is_heard(self) -> None:
        self.silent.pop(self, None)


class PatientWorker(gasgi.ASGIWorker):  # type: ignore[misc]
    """Serves with PatientProtocol, and does not wait for idle connections when it ends."""

    _serving: "asyncio.Task[None] | None" = None

    def init_process(self) -> None:
        gasgi.ASGIProtocol = PatientProtocol  # the worker has no other way to set it
        _allow_as_many_files_as_possible()
        super().init_process()

    def run(self) -> None:
        super().run()
        leave(0, getattr(self.asgi, "app", None))

    def handle_exit_signal(self) -> None:
        super().handle_exit_signal()
        if self._serving is not None and self.servers:
            self._serving.cancel()  # it checks only once a second whether it should end
            self._serving = None

    async def _serve(self) -> None:
        self._serving = asyncio.current_task()
        await super()._serve()

    async def _shutdown(self) -> None:
        self._serving = None
        for server in self.servers:
            server.close()
        for connection in list(PatientProtocol.open):
            connection.end_if_idle()
        self.asgi.end_streams()
        began = time.monotonic()
        await super()._shutdown()
        self.log.debug("Shut down in %.1f s", time.monotonic() - began)


def _allow_as_many_files_as_possible() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
