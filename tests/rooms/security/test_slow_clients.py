"""Slow clients do not occupy threads: other requests stay fast."""

import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.platform.web.request_bodies import MAX_UPLOADS_AT_ONCE, SMALL_BYTES
from ops.web_server.gateway import SMALL_BODY_WITHIN_SECONDS
from ops.web_server.worker import HEADERS_WITHIN_SECONDS, MOST_CONNECTIONS
from tests.services.installation import Installation
from tests.services.plain_client import (
    Session,
    exchange,
    fetch,
    open_connection,
    seconds_to_answer,
)

WITHOUT_DELAY = 0.5
PROCESSES = 2


@dataclass(frozen=True)
class Silent:
    """Connections that have begun something and say nothing more."""

    idle: list[socket.socket]
    headers: list[socket.socket]
    forms: list[socket.socket]
    began: float


@pytest.fixture(scope="module")
def silent(muster: Installation) -> Iterator[Silent]:
    """They stay open beside all tests of this file from the first that names them on."""
    begun = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Begun: "
    opened = Silent(
        idle=[open_connection(muster.port, b"") for _ in range(64)],
        headers=[open_connection(muster.port, begun) for _ in range(64)],
        forms=[open_connection(muster.port, _form(1000)) for _ in range(24)],
        began=time.monotonic(),
    )
    yield opened
    for one in opened.idle + opened.headers + opened.forms:
        one.close()


def test_more_connections_than_there_is_room_for(muster: Installation) -> None:
    idle = [open_connection(muster.port, b"") for _ in range(PROCESSES * MOST_CONNECTIONS + 100)]
    assert seconds_to_answer(muster.port) < 2
    for one in idle:
        one.close()


def test_idle_connections_and_slow_headers_and_forms(muster: Installation, silent: Silent) -> None:
    time.sleep(1)
    assert usual_seconds(muster.port) < WITHOUT_DELAY


def test_slow_uploads(muster: Installation, session: Session, silent: Silent) -> None:
    uploads = [open_connection(muster.port, upload_of(session, 20_000_000)) for _ in range(24)]
    time.sleep(1)
    assert usual_seconds(muster.port) < WITHOUT_DELAY
    began = time.perf_counter()
    assert session.get("/contacts/import")[0] == 200
    assert time.perf_counter() - began < 2 * WITHOUT_DELAY
    turned_away = [one for one in uploads if _status(one, within=0.2) == 429]
    assert len(turned_away) >= 24 - PROCESSES * MAX_UPLOADS_AT_ONCE, (
        "one person does not fill the disk with beginnings"
    )
    for one in uploads:
        one.close()


def test_slow_receivers(muster: Installation) -> None:
    static = b"GET /static/app.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
    receivers = [_receiver(muster.port, static * 10) for _ in range(32)]
    time.sleep(1)
    assert usual_seconds(muster.port) < WITHOUT_DELAY
    for one in receivers:
        one.close()


def test_a_slow_upload_arrives(muster: Installation, session: Session) -> None:
    rows = b"Email\r\n" + b"".join(b"person%d@example.com\r\n" % number for number in range(20_000))
    content = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        + rows
        + b"\r\n--b--\r\n"
    )
    sender = open_connection(muster.port, _head(session, len(content)))
    for begin in range(0, len(content), 60_000):
        sender.sendall(content[begin : begin + 60_000])
        time.sleep(0.1)
    sender.settimeout(30)
    assert sender.recv(100).startswith(b"HTTP/1.1 303")
    assert "20,000" in session.get("/contacts/import")[1]


def test_a_body_in_chunks_of_unknown_length(muster: Installation, session: Session) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nEmail\r\n'
    rows = b"".join(b"person%d@example.com\r\n" % number for number in range(9_000))
    text = _head(session, None) + _chunk(part) + _chunk(rows) + _chunk(b"\r\n--b--\r\n") + b"0\r\n\r\n"
    assert exchange(muster.port, text.replace(b"Host:", b"Connection: close\r\nHost:")).startswith(
        b"HTTP/1.1 303"
    )


def test_nothing_large_is_taken_from_strangers(muster: Installation) -> None:
    """The response comes at once and the body is discarded."""
    for path in ("/contacts/import", "/contacts", "/sign-in", "/setup", "/nowhere"):
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        sender = open_connection(
            muster.port, head.encode() + kind.encode() + b"a=" + b"x" * (2 * SMALL_BYTES)
        )
        assert _status(sender, within=10) in (303, 404, 413, 400), path
        sender.close()


def test_the_answer_to_a_large_body_that_is_refused_can_be_read(muster: Installation) -> None:
    status, page, _ = fetch(muster.port, "POST", "/sign-in", b"x" * 5_000_000, {"Content-Type": "text/plain"})
    assert status in (400, 413, 415)
    assert "<main" in page


def test_who_says_nothing_is_let_go(silent: Silent) -> None:
    time.sleep(max(0.0, silent.began + HEADERS_WITHIN_SECONDS + 1 - time.monotonic()))
    for one in silent.idle + silent.headers:
        one.settimeout(5)
        assert one.recv(1) == b""
    silent.forms[0].settimeout(SMALL_BODY_WITHIN_SECONDS + 10)
    assert silent.forms[0].recv(100).startswith(b"HTTP/1.1 408"), "a body that does not come is told so"


def usual_seconds(port: int) -> float:
    """Return the median response time of a small page, in seconds."""
    return statistics.median(seconds_to_answer(port) for _ in range(9))


def upload_of(session: Session, length: int) -> bytes:
    """Return the headers and the beginning of an upload."""
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nEmail\r\n'
    return _head(session, length) + part


def _head(session: Session, length: int | None) -> bytes:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return (
        f"POST /contacts/import HTTP/1.1\r\nHost: localhost\r\nCookie: {session.cookie}\r\n"
        f"X-CSRFToken: {session.csrf_token}\r\n{size}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    ).encode()


def _form(length: int) -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded"
    return f"POST /sign-in HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: {length}\r\n\r\nemail=".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _receiver(port: int, text: bytes) -> socket.socket:
    """Send a request and read nothing, with a small receive buffer."""
    receiver = socket.socket()
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    receiver.connect(("127.0.0.1", port))
    receiver.sendall(text)
    return receiver


def _status(sender: socket.socket, within: float) -> int:
    """Return the status of a response, or 0 before it arrives."""
    sender.settimeout(within)
    try:
        return int(sender.recv(12)[9:12] or 0)
    except TimeoutError:
        return 0
