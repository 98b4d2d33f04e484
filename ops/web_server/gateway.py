"""Adapter between the event loop and the Flask app that uses a thread only while there is work to do.

Request bodies are complete before the app sees them: in memory or, once the sender is authorized, in an
unnamed file. Responses are produced in pieces as the client reads them. Neither a slow sender nor a slow
reader holds a thread. Uploads have dedicated threads, so that reading large files delays no page. Event
streams are relayed from a process of their own (`ops/web_server/relay.py`).
"""

import asyncio
import io
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import IO, Any, TypeVar

from app import create_app
from app.platform import web
from app.platform.places import events_socket
from app.platform.settings import Settings
from app.platform.web import event_streams
from app.platform.web.request_bodies import BUSY, FULL, MAX_UPLOADS_AT_ONCE, REFUSED, SMALL_BYTES
from ops.web_server.relay import Message, Receive, Relay, Send
from ops.web_server.wsgi import Answer, Unread, environ_of

PAGE_THREADS, FILE_THREADS = 8, 2
SMALL_BODY_WITHIN_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 8 * 1024
SILENCE_SECONDS = 60.0
LINGER_SECONDS = 5.0
WRITE_AT_ONCE = 1024 * 1024

T = TypeVar("T")


class SenderGone(Exception):
    """The connection ended or was silent too long before the body was complete."""


def create() -> "Gateway":
    """Return the application for gunicorn, loaded once and shared by its processes, including compiled
    templates."""
    app = create_app(process="web")
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if name.startswith(("layouts/", "ui/")):
            app.jinja_env.get_template(name)
    return Gateway(app, app.extensions["settings"])


class Gateway:
    """ASGI application that wraps the Flask app."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self.app = app
        self._settings = settings
        self._pages = ThreadPoolExecutor(PAGE_THREADS, "page")
        self._files = ThreadPoolExecutor(FILE_THREADS, "file")
        self._incoming: Counter[int | None] = Counter()
        self._reserved = 0
        self._relay = Relay(events_socket(settings))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        environ = environ_of(scope)
        if self._wants_events(environ) and await self._relay.pass_on(environ, receive, send):
            return
        try:
            with await self._body(environ, receive) as body:
                environ["wsgi.input"] = body
                is_file = not isinstance(body, io.BytesIO | Unread)
                await self._answer(environ, self._files if is_file else self._pages, send)
        except (SenderGone, TimeoutError):
            await _say(send, 408, "The request timed out before it was complete.")
        else:
            if isinstance(body, Unread):
                await _discard_rest(receive)

    def end_streams(self) -> None:
        """End all event streams, because this process is about to end."""
        self._relay.end()

    def _wants_events(self, environ: dict[str, Any]) -> bool:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or _has_body(environ) or not path.endswith("/events"):
            return False
        return event_streams.is_event_stream(self.app, path)

    async def _body(self, environ: dict[str, Any], receive: Receive) -> IO[bytes]:
        """Return the whole body, or what has arrived so far if it is larger than this sender may send."""
        if not _has_body(environ):
            environ["CONTENT_LENGTH"] = "0"
            return io.BytesIO()
        stated = int(environ.get("CONTENT_LENGTH") or 0)
        begun, is_complete = b"", False
        if stated <= SMALL_BYTES:
            async with asyncio.timeout(SMALL_BODY_WITHIN_SECONDS):
                begun, is_complete = await _read_small(receive)
        if is_complete:
            environ["CONTENT_LENGTH"] = str(len(begun))
            return io.BytesIO(begun)
        room = await self._in_thread(
            lambda: web.body_allowance(self.app, {**environ, "wsgi.input": io.BytesIO()})
        )
        if not room.bytes or max(stated, len(begun)) > room.bytes:
            return Unread(begun)
        if self._incoming[room.person] >= MAX_UPLOADS_AT_ONCE:
            environ[REFUSED] = BUSY
            return Unread(begun)
        expected = stated or room.bytes
        if not self._has_space_for(expected):
            environ[REFUSED] = FULL
            return Unread(begun)
        self._incoming[room.person] += 1
        self._reserved += expected
        try:
            async with asyncio.timeout(SMALL_BODY_WITHIN_SECONDS + expected / SLOWEST_BYTES_PER_SECOND):
                return await self._spool(environ, begun, room.bytes, receive)
        finally:
            self._incoming[room.person] -= 1
            self._reserved -= expected

    async def _spool(self, environ: dict[str, Any], begun: bytes, most: int, receive: Receive) -> IO[bytes]:
        """Return the body in a file. It is counted here, so that a length that was not declared is known
        afterwards."""
        try:
            file = tempfile.TemporaryFile(dir=self._settings.data_dir)  # noqa: SIM115
        except OSError:
            environ[REFUSED] = FULL
            return Unread(begun)
        waiting, size, is_open = bytearray(begun), len(begun), True
        try:
            while is_open:
                piece, is_open = await _next_piece(receive)
                waiting += piece
                size += len(piece)
                if size > most:
                    file.close()
                    return Unread(b"")
                if len(waiting) >= WRITE_AT_ONCE or not is_open:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
            file.seek(0)
        except OSError:
            file.close()
            environ[REFUSED] = FULL
            return Unread(b"")
        except BaseException:
            file.close()
            raise
        environ["CONTENT_LENGTH"] = str(size)
        return file

    def _has_space_for(self, size: int) -> bool:
        """Return whether the disk has room for the body and the file in it, besides all other incoming
        bodies."""
        free = shutil.disk_usage(self._settings.data_dir).free
        return free - self._reserved >= 2 * size + self._settings.min_free_bytes

    async def _answer(self, environ: dict[str, Any], pool: ThreadPoolExecutor, send: Send) -> None:
        answer = Answer(self.app, environ)
        loop = asyncio.get_running_loop()
        try:
            while True:
                piece, is_open = await loop.run_in_executor(pool, answer.pull)
                if answer.is_new:
                    answer.is_new = False
                    start = {"status": answer.status, "headers": answer.headers}
                    await send({"type": "http.response.start", **start})
                async with asyncio.timeout(SILENCE_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": is_open})
                if not is_open:
                    return
        finally:
            if not answer.is_closed:
                pool.submit(answer.close)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pages, copy_context().run, work)


def _has_body(environ: dict[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ


async def _read_small(receive: Receive) -> tuple[bytes, bool]:
    """Return (bytes, whether they are all) of a body declared as small or of unknown length."""
    received, is_open = bytearray(), True
    while is_open and len(received) <= SMALL_BYTES:
        piece, is_open = await _next_piece(receive)
        received += piece
    return bytes(received), not is_open


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    """Return (bytes, whether there are more). Raises SenderGone."""
    message = await receive()
    if message["type"] != "http.request":
        raise SenderGone
    return message.get("body", b""), bool(message.get("more_body"))


async def _discard_rest(receive: Receive) -> None:
    """Read and discard the rest of a refused body for up to LINGER_SECONDS, because a client may only read
    the response after sending everything."""
    with suppress(TimeoutError, SenderGone):
        async with asyncio.timeout(LINGER_SECONDS):
            is_open = True
            while is_open:
                _, is_open = await _next_piece(receive)


async def _say(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode()})
