"""The process that holds event streams: `python -m ops.event_streams.process`.

The web server passes requests for event streams to it over a Unix socket (`ops/web_server/relay.py`): one
connection per request, a line of JSON with the WSGI environment, answered by a line of JSON with status and
headers, and the body. The app decides about each request, once at its beginning and again while it lasts, as
about any other request. It is loaded when the first request arrives, so that nothing has to wait for it at
startup.
"""

import asyncio
import io
import json
import os
import random
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app import create_app
from app.platform.places import events_socket
from app.platform.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

    from app.platform.web.event_streams import State, Subscription
    from ops.event_streams.hub import Hub, Listener

REQUEST_WITHIN_SECONDS = 10.0
LONGEST_REQUEST_BYTES = 1024 * 1024
CHECK_AGAIN_SECONDS = 30.0
CHECK_WITHIN_SECONDS = 20.0
NOTE_LISTENERS_SECONDS = 5.0
UNSENT_BYTES = 16 * 1024
# Besides the listeners: requests that are being decided about.
MOST_CONNECTIONS = 400
DOOR_THREADS, READ_THREADS = 2, 2

Environ = dict[str, Any]


class EventServer:
    """Serves event streams on a Unix socket."""

    def __init__(self, settings: Settings, load_app: Callable[[], "Flask"]) -> None:
        self._settings = settings
        self._load_app = load_app
        self._doors = ThreadPoolExecutor(DOOR_THREADS, "door")
        self._reads = ThreadPoolExecutor(READ_THREADS, "read")
        self._loading: asyncio.Task[None] | None = None
        self._connections = 0
        self.app: Flask
        self.hub: Hub

    async def start(self) -> asyncio.Server:
        """Begin to listen."""
        path = events_socket(self._settings)
        return await asyncio.start_unix_server(
            self._serve, path, limit=LONGEST_REQUEST_BYTES, backlog=2 * MOST_CONNECTIONS
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections > MOST_CONNECTIONS:
                return
            async with asyncio.timeout(REQUEST_WITHIN_SECONDS):
                environ: Environ = json.loads(await reader.readline())
            await self._ready()
            await self._answer(environ, reader, writer)
        except (TimeoutError, OSError, ValueError):  # the other side is gone, stuck, or not our web server
            pass
        finally:
            self._connections -= 1
            writer.close()

    async def _ready(self) -> None:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        await asyncio.shield(self._loading)

    async def _load(self) -> None:
        try:
            self.app = await asyncio.to_thread(self._load_app)
        except Exception:
            traceback.print_exc()
            asyncio.get_running_loop().stop()  # the supervisor starts the process again
            raise
        from app.platform.events import Watch
        from ops.event_streams.hub import Hub

        watch = Watch(self._settings.queue_url, lambda *subject: self.hub.on_news(*subject))
        self.hub = Hub(watch, self._read)
        self._watching = asyncio.create_task(watch.run())
        self._counting = asyncio.create_task(self._count_listeners())

    async def _count_listeners(self) -> None:
        """Note for /metrics how many streams are open, again and again."""
        while True:
            number = len(self.hub.listeners)
            await asyncio.get_running_loop().run_in_executor(self._reads, self._note_listeners, number)
            await asyncio.sleep(NOTE_LISTENERS_SECONDS)

    def _note_listeners(self, number: int) -> None:
        from app.platform import metrics

        with self.app.app_context():
            metrics.note_listeners(number)

    async def _answer(
        self, environ: Environ, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from app.platform.web.event_streams import ADMIT

        admitted: list[Listener] = []
        loop = asyncio.get_running_loop()

        async def admit_now(subscription: "Subscription") -> None:
            admitted.append(self.hub.admit(subscription))

        def admit(subscription: "Subscription") -> None:
            asyncio.run_coroutine_threadsafe(admit_now(subscription), loop).result()

        try:
            status, headers, body = await self._ask({**environ, ADMIT: admit})
            if status == 200 and admitted:
                _write_head(writer, status, _for_a_stream(headers))
                await self._stream(admitted[0], environ, reader, writer)
            else:
                _write_head(writer, status, headers)
                writer.write(body)
                await writer.drain()
        finally:
            for listener in admitted:
                self.hub.leave(listener)

    async def _stream(
        self,
        listener: "Listener",
        environ: Environ,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Send events until the end, or until the client is gone or may no longer listen."""
        writer.transport.set_write_buffer_limits(high=UNSENT_BYTES)
        tasks = {
            asyncio.create_task(listener.send_to(writer, self.hub)),
            asyncio.create_task(_end_of(reader)),
            asyncio.create_task(self._until_refused(environ)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except TimeoutError:
            writer.transport.abort()
            raise
        finally:
            for task in tasks:
                task.cancel()

    async def _until_refused(self, environ: Environ) -> None:
        """Return once the app no longer answers this request with a stream: the session has ended, for
        example. An app that cannot decide, because the database is down, counts as a refusal."""
        from app.platform.web.event_streams import IS_CHECK

        status = 200
        while status == 200:
            await asyncio.sleep(CHECK_AGAIN_SECONDS * random.uniform(0.8, 1.0))  # nosec B311
            async with asyncio.timeout(CHECK_WITHIN_SECONDS):
                status, _, _ = await self._ask({**environ, IS_CHECK: True})

    async def _ask(self, environ: Environ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return status, headers, and body of the app's response."""
        return await asyncio.get_running_loop().run_in_executor(self._doors, self._ask_now, environ)

    def _ask_now(self, environ: Environ) -> tuple[int, list[tuple[str, str]], bytes]:
        from ops.web_server.wsgi import Answer, server_variables

        answer = Answer(self.app, {**environ, **server_variables(), "wsgi.input": io.BytesIO()})
        body, is_open = b"", True
        try:
            while is_open:
                piece, is_open = answer.pull()
                body += piece
        finally:
            answer.close()
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
        return answer.status, headers, body

    async def _read(self, subscription: "Subscription") -> "State | None":
        """Return the current state, or None if it cannot be read now. Raises Gone."""
        return await asyncio.get_running_loop().run_in_executor(self._reads, self._read_now, subscription)

    def _read_now(self, subscription: "Subscription") -> "State | None":
        from app.platform import tenancy
        from app.platform.errors import NotFound
        from app.platform.logs import log
        from app.platform.web.errors import outages
        from ops.event_streams.hub import Gone

        try:
            with self.app.app_context():
                tenancy.act_for(subscription.account_id)
                return subscription.read()
        except NotFound:
            raise Gone from None
        except Exception as error:
            if outages.expected_error(error) is None:
                log.error("state_not_read", exc_info=error, extra={"account": subscription.account_id})
            return None


async def _end_of(reader: asyncio.StreamReader) -> None:
    while await reader.read(1024):
        pass


def _for_a_stream(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of a response of unknown length that proxies neither buffer nor compress."""
    kept = [pair for pair in headers if pair[0] not in ("content-length", "cache-control")]
    return [*kept, ("cache-control", "no-store, no-transform"), ("x-accel-buffering", "no")]


def _write_head(writer: asyncio.StreamWriter, status: int, headers: list[tuple[str, str]]) -> None:
    writer.write(json.dumps({"status": status, "headers": headers}).encode() + b"\n")


async def run(settings: Settings, load_app: Callable[[], "Flask"]) -> None:
    """Serve until SIGTERM or Ctrl-C, and exit. Streams end with the process; an app that is still being
    loaded is not waited for."""
    from ops.shutdown import leave

    stopping = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, stopping.set)
    server = EventServer(settings, load_app)
    await server.start()
    await stopping.wait()
    leave(0)


def main() -> None:
    """Run the process and exit."""
    from ops.shutdown import leave

    with suppress(RuntimeError):  # the loop was stopped because the app could not be loaded
        asyncio.run(run(Settings.from_environment(os.environ), lambda: create_app(process="web")))
    leave(1)


if __name__ == "__main__":
    main()
