"""Senders that begin and then say nothing take no thread away for good."""

import http.client
import socket
from collections.abc import Callable

from ops.slow_clients import HEADERS_WITHIN_SECONDS
from tests.services.installation import Installation

HEADERS = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Begun: "
BODY = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n" + (
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
)
MORE_THAN_THREADS = 24


def test_the_site_answers_again_soon(installation: Callable[..., Installation]) -> None:
    muster = installation(WORKERS="0").start()
    senders = [begun(muster.port, HEADERS) for _ in range(MORE_THAN_THREADS)]
    within = 4 * HEADERS_WITHIN_SECONDS + 10  # one process may have to get rid of all of them, round by round
    assert answers(muster.port, within)
    for sender in senders:
        sender.close()
    stalled = begun(muster.port, BODY)
    stalled.settimeout(60)
    assert stalled.recv(100).startswith(b"HTTP/1.1 400"), "a body that does not come is told so"
    stalled.close()


def begun(port: int, text: bytes) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", port))
    sender.sendall(text)
    return sender


def answers(port: int, within: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    finally:
        connection.close()
