"""Mail servers that tenants choose hold up nobody, however they answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from app.messaging.infrastructure.servers.connections import Deadline, NotConnected, connect
from app.messaging.infrastructure.servers.smtp import Connection, MailServer, Refused


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


def test_a_deadline_cuts_a_connection_and_no_other() -> None:
    def listen(connection: socket.socket) -> None:
        connection.recv(1)

    with speaking(listen) as port:
        late, soon, canceled = (socket.create_connection(("127.0.0.1", port)) for _ in range(3))
        with late, soon, canceled:
            stopped = Deadline(canceled, 0.3)
            stopped.cancel()
            deadlines = [Deadline(late, 60.0), Deadline(soon, 0.6)]
            soon.settimeout(10)
            assert soon.recv(1) == b"", "by then, the canceled one is past, too"
            for connection in (late, canceled):
                connection.sendall(b"still open")
            for deadline in deadlines:
                deadline.cancel()


def test_a_server_that_wants_a_message_to_nobody_gets_none() -> None:
    """It refuses the recipient, and answers the commands that came with it as if there were one."""
    said: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        for answer in (
            b"220 hello\r\n",
            b"250-hello\r\n250 PIPELINING\r\n",
            b"250 OK\r\n550 Unknown\r\n354 Go on\r\n",
            b"554 To nobody\r\n",
            b"250 OK\r\n",
        ):
            connection.sendall(answer)
            said.append(connection.recv(10_000))

    with speaking(talk) as port:
        connection = Connection(MailServer("127.0.0.1", port, "none"), 5.0)
        with pytest.raises(Refused, match="refused the recipient: 550 Unknown") as refused:
            connection.send(b"Subject: Secret\r\n\r\nHello\r\n", "news@example.com", "ann@example.com")
        connection.close()
    assert refused.value.is_final
    assert said[1] == b"MAIL FROM:<news@example.com>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n"
    assert said[2:4] == [b".\r\n", b"rset\r\n"]


def test_a_challenge_that_is_none() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        for answer in (b"250-hello\r\n250 AUTH CRAM-MD5\r\n", b"334 ***\r\n", b"535 no\r\n"):
            connection.recv(1000)
            connection.sendall(answer)

    with speaking(talk) as port, pytest.raises(NotConnected):
        connect("127.0.0.1", port, "none", ("alice", "secret"), "localhost", 1.0)
