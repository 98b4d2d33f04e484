"""Relays event streams from the process that holds them to clients of the web server, without a thread."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CONNECT_WITHIN_SECONDS = 5.0
# The first request makes the process load the app, which takes long on a busy machine. Pages poll meanwhile;
# proxies wait for 60 seconds.
HEAD_WITHIN_SECONDS = 50.0
LONGEST_HEAD_BYTES = 256 * 1024
PIECE_BYTES = 16 * 1024
TAKEN_WITHIN_SECONDS = 30.0


class Relay:
    """Connections to the process `events`, whose socket is at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: set[asyncio.StreamWriter] = set()

    async def pass_on(self, environ: dict[str, Any], receive: Receive, send: Send) -> bool:
        """Answer a request without a body. Returns False, without having sent anything, if the process does
        not answer."""
        try:
            async with asyncio.timeout(CONNECT_WITHIN_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_HEAD_BYTES)
        except (OSError, TimeoutError):
            return False
        self._open.add(writer)
        try:
            head = await _head_of_answer(environ, reader, writer)
            if head is None:
                return False
            await _relay(head, reader, receive, send)
        finally:
            self._open.discard(writer)
            writer.close()
        return True

    def end(self) -> None:
        """End all streams, because the web server ends."""
        for writer in self._open:
            writer.close()


async def _head_of_answer(
    environ: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Message | None:
    try:
        writer.write(json.dumps({key: environ[key] for key in environ if key.isupper()}).encode() + b"\n")
        async with asyncio.timeout(HEAD_WITHIN_SECONDS):
            line = await reader.readline()
    except (OSError, TimeoutError, ValueError):
        return None
    if not line:
        return None
    told = json.loads(line)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told["headers"]]
    return {"type": "http.response.start", "status": told["status"], "headers": headers}


async def _relay(head: Message, reader: asyncio.StreamReader, receive: Receive, send: Send) -> None:
    """Send the body until it ends or the client is gone."""
    await send(head)
    tasks = {asyncio.create_task(_send_body(reader, send)), asyncio.create_task(_client_is_gone(receive))}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except (OSError, TimeoutError):
        raise asyncio.CancelledError from None  # the server then closes the connection
    finally:
        for task in tasks:
            task.cancel()


async def _send_body(reader: asyncio.StreamReader, send: Send) -> None:
    while piece := await reader.read(PIECE_BYTES):
        async with asyncio.timeout(TAKEN_WITHIN_SECONDS):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _client_is_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
