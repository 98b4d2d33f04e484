"""Mail servers that tenants choose hold up nobody, however they answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from app.messaging.infrastructure.servers.connections import NotConnected, connect


@contextmanager
def speaking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that does this with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    talk(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def trickle(connection: socket.socket) -> None:
    for _ in range(600):
        connection.sendall(b"220-x\r\n")
        time.sleep(0.05)


def one_line_for_ever(connection: socket.socket) -> None:
    for _ in range(600):
        connection.sendall(b"2")
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    for _ in range(100_000):
        connection.sendall(b"220-" + b"x" * 900 + b"\r\n")


@pytest.mark.parametrize("talk", [trickle, one_line_for_ever, flood])
def test_an_answer_without_end(talk: Callable[[socket.socket], None]) -> None:
    with speaking(talk) as port:
        began = time.monotonic()
        with pytest.raises(NotConnected):
            connect("127.0.0.1", port, "none", None, "localhost", 1.0)
        assert time.monotonic() - began < 10


def test_a_challenge_that_is_none() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        for answer in (b"250-hello\r\n250 AUTH CRAM-MD5\r\n", b"334 ***\r\n", b"535 no\r\n"):
            connection.recv(1000)
            connection.sendall(answer)

    with speaking(talk) as port, pytest.raises(NotConnected):
        connect("127.0.0.1", port, "none", ("alice", "secret"), "localhost", 1.0)
