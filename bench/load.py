"""Requests as fast as they are answered, over keep-alive connections, from a process of its own."""

import multiprocessing
import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.pool import Pool
from typing import NamedTuple

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
RECEIVE_BYTES = 256 * 1024


class Load(NamedTuple):
    """`seconds` of load, and the milliseconds of each request in it."""

    seconds: float
    milliseconds: list[float]

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    @property
    def p99(self) -> float:
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.99)]


@contextmanager
def clients() -> Iterator[Pool]:
    """Yield a pool with one process, from which `drive` sends requests."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield pool


def drive(port: int, path: str, headers: dict[str, str], connections: int, seconds: float) -> Load:
    """Send GET requests for `seconds`; each connection sends the next one when it has the response.

    Raises AssertionError unless every response has status 200.
    """
    fields = {"Host": "localhost"} | headers
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with selectors.DefaultSelector() as waiting:
        for _ in range(connections):
            connection = _Connection(port, request)
            waiting.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        times: list[float] = []
        began = time.perf_counter()
        until = began + seconds
        while time.perf_counter() < until:
            for key, _ in waiting.select(1):
                times += key.data.receive()
        took = time.perf_counter() - began
        for key in list(waiting.get_map().values()):
            key.data.socket.close()
    return Load(took, times)


class _Connection:
    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._received = b""
        self._sent_at = 0.0

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> list[float]:
        """Read what has arrived. After a whole response, send the next request and return [milliseconds]."""
        received = self.socket.recv(RECEIVE_BYTES)
        assert received, "the connection was closed"
        self._received += received
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            assert not end or length, f"a response without a length: {head!r}"
            return []
        assert head.startswith(b"HTTP/1.1 200 "), self._received
        took = (time.perf_counter() - self._sent_at) * 1000
        self._received = b""
        self.send()
        return [took]
