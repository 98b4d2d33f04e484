"""Event streams in tests: the process's server in a thread, and clients of it or of a whole installation."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from app.platform.places import events_socket, run_folder
from app.platform.settings import Settings
from ops.checks import make_socket_folders
from ops.event_streams.process import EventServer
from tests.people import Program


class SentEvent(NamedTuple):
    """A server-sent event; `data` is decoded JSON."""

    id: str
    kind: str
    data: Any


class Stream:
    """A response that may go on: `status`, `headers`, and the events of its body."""

    def __init__(self, connection: socket.socket, within: float = 30) -> None:
        connection.settimeout(within)
        self._connection = connection
        self._file = connection.makefile("rb")
        self.status = 0
        self.headers: dict[str, str] = {}

    def read_http_head(self) -> None:
        """Read status and headers of an HTTP response."""
        self.status = int(self._file.readline().split()[1])
        while line := self._file.readline().decode().strip():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value

    def read_head(self) -> None:
        """Read status and headers as the process sends them to the web server."""
        head = json.loads(self._file.readline())
        self.status, self.headers = head["status"], dict(head["headers"])

    def events(self) -> Iterator[SentEvent]:
        """Yield events until the stream ends, except those that say how often to refresh."""
        fields: dict[str, str] = {}
        while line := self._file.readline():
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name:
                fields[name] = value
            elif fields:
                if fields.get("event") not in (None, "pace"):
                    yield SentEvent(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                fields = {}

    def next(self) -> SentEvent:
        """Return the next event. Raises StopIteration at the end."""
        return next(self.events())

    def body(self) -> bytes:
        return self._file.read()

    def close(self) -> None:
        self._file.close()
        self._connection.close()


class EventService:
    """A running `EventServer` for an app."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._path = events_socket(settings)
        self._loop = asyncio.new_event_loop()
        self._is_ready = threading.Event()
        self.server = EventServer(settings, lambda: app)

    def open(self, client: FlaskClient | Program, path: str, **headers: str) -> Stream:
        """Send a request with a browser's cookie or a program's token, as the web server passes it on."""
        environ = EnvironBuilder(path, headers=headers).get_environ()
        if isinstance(client, Program):
            environ["HTTP_AUTHORIZATION"] = f"Bearer {client.token}"
        elif cookie := client.get_cookie("muster"):
            environ["HTTP_COOKIE"] = f"muster={cookie.value}"
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._path))
        connection.sendall(
            json.dumps({name: environ[name] for name in environ if name.isupper()}).encode() + b"\n"
        )
        stream = Stream(connection)
        stream.read_head()
        return stream

    @property
    def listeners(self) -> int:
        return len(self.server.hub.listeners)

    def serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(self.server.start())
        self._is_ready.set()
        self._loop.run_forever()
        listening.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    @contextmanager
    def running(self) -> Iterator["EventService"]:
        """Run the server in a thread."""
        thread = threading.Thread(target=self.serve, daemon=True)
        thread.start()
        assert self._is_ready.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)


def event_service(app: Flask, settings: Settings) -> EventService:
    """Return a service, not running yet, whose folders exist."""
    run_folder(settings).mkdir(parents=True, exist_ok=True)
    make_socket_folders(settings)
    Path(events_socket(settings)).unlink(missing_ok=True)
    return EventService(app, settings)
