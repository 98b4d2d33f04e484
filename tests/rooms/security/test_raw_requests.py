"""Requests that browsers do not send: forged proxy headers, request smuggling, endless headers."""

import socket
import time

import pytest

from tests.services.installation import Installation
from tests.services.plain_client import Session, exchange, fetch

SIGN_IN = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
END = b"\r\n\r\n"


@pytest.mark.parametrize(
    "header",
    [
        "SCRIPT_NAME: /elsewhere",
        "Script-Name: /elsewhere",
        "X-Script-Name: /elsewhere",
        "X-Forwarded-Prefix: /elsewhere",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Ssl: on",
        "X-Forwarded-Protocol: ssl",
        "X-Forwarded-Host: elsewhere.example.org",
        "Forwarded: proto=https;host=elsewhere.example.org",
        "PATH_INFO: /elsewhere",
        "REMOTE_USER: alice",
        "REMOTE_ADDR: 203.0.113.7",
    ],
)
def test_headers_of_a_proxy_that_nobody_trusts_mean_nothing(muster: Installation, header: str) -> None:
    plain = exchange(muster.port, _get("/contacts"))
    forged = exchange(muster.port, _get("/contacts", header))
    for answer in (plain, forged):
        head = answer.partition(END)[0].lower()
        assert head.startswith(b"http/1.1 303")
        assert b"location: /sign-in" in head or b"location: /setup" in head
        assert b"elsewhere" not in head and b"https" not in head and b"secure" not in head


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"Content-Length: +5\r\n\r\nhello",
        b"Content-Length: 5, 5\r\n\r\nhello",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 0x5\r\n\r\nhello",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5;\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"X: 1\r\n folded\r\n\r\n",
        b"X\x00: 1\r\n\r\n",
        b"X: \x00\r\n\r\n",
        b"X: a\rb\r\n\r\n",
    ],
)
def test_a_message_whose_end_is_in_doubt_is_refused(muster: Installation, framing: bytes) -> None:
    answer = exchange(muster.port, SIGN_IN + framing, within=4)
    assert answer[9:12] in (b"400", b"501", b"411", b""), answer[:200]
    assert b"alive" not in answer, "nothing behind it counts as a request"


@pytest.mark.parametrize(
    "text",
    [
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x" + END,
        GET + b"".join(b"X-%d: 1\r\n" % number for number in range(500)) + b"\r\n",
        GET + b"X: " + b"a" * 200_000 + END,
        GET.replace(b"1.1", b"9.9") + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + END,
        b"PRI * HTTP/2.0\r\n\r\nSM" + END,
        b"GET http://[ HTTP/1.1\r\nHost: x" + END,
        b"GET //[ HTTP/1.1\r\nHost: x" + END,
        b"GET \\ HTTP/1.1\r\nHost: x" + END,
        b"CONNECT x:1 HTTP/1.1\r\nHost: x" + END,
        b"OPTIONS * HTTP/1.1\r\nHost: x" + END,
        b"\r\n" * 5000,
        GET.replace(b"x", b"[") + b"\r\n",
        GET.replace(b"x", b"a b") + b"\r\n",
        GET + b"Host: y" + END,
        GET.replace(b"/ ", b"/%00 ") + b"\r\n",
        GET.replace(b"/ ", b"/%ff%fe ") + b"\r\n",
        GET + b"Cookie: muster=\xff\xfe; muster_remember=\xe9|\xe9" + END,
    ],
)
def test_strange_requests_cost_an_answer_and_no_fault(muster: Installation, text: bytes) -> None:
    answer = exchange(muster.port, text.replace(END, b"\r\nConnection: close" + END, 1), within=4)
    assert answer[9:10] != b"5" or answer[9:12] in (b"501", b"505"), answer[:300]
    assert fetch(muster.port, "GET", "/healthz")[0] == 200


def test_there_is_no_websocket_and_no_http2(muster: Installation) -> None:
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    text = _get("/healthz", upgrade + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    assert exchange(muster.port, text, within=8).startswith(b"HTTP/1.1 400")
    h2c = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"
    assert exchange(muster.port, _get("/healthz", h2c), within=8).startswith(b"HTTP/1.1 200")


def test_a_connection_that_is_to_be_closed_is_closed_at_once(muster: Installation) -> None:
    began = time.monotonic()
    assert exchange(muster.port, _get("/healthz")).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 4, "the rest of a body is awaited only if one was refused"


def test_requests_in_a_row_on_one_connection(muster: Installation) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    form = SIGN_IN + b"Content-Length: 3\r\n\r\na=b"
    answer = exchange(muster.port, one + form + one, within=8)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"400", b"200"]


def test_a_client_that_leaves_in_the_middle(muster: Installation, session: Session) -> None:
    for text in (_get("/static/app.css"), _get("/contacts"), SIGN_IN + b"Content-Length: 9\r\n\r\na"):
        sender = socket.create_connection(("127.0.0.1", muster.port))
        sender.sendall(text)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        sender.close()
    assert session.get("/contacts")[0] == 200
    assert "Traceback" not in muster.log("web")


def _get(path: str, header: str = "X-Nothing: 1") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n".encode()
