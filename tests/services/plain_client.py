"""Low-level HTTP client: raw sockets, and a signed-in session whose headers tests send themselves."""

import http.client
import re
import socket
import time
import urllib.parse
from dataclasses import dataclass

from tests.people import EMAILS, PASSWORD
from tests.services.installation import Installation


@dataclass(frozen=True)
class Session:
    """Cookie header and CSRF token of a signed-in browser."""

    port: int
    cookie: str
    csrf_token: str

    def get(self, path: str) -> tuple[int, str]:
        return fetch(self.port, "GET", path, headers={"Cookie": self.cookie})[:2]


def sign_in_owner(muster: Installation) -> Session:
    """Create the owner with the command and sign in over HTTP."""
    made = muster.command("create-owner", "--email", EMAILS["alice"], "--password", PASSWORD)
    assert made.returncode == 0, made.stderr
    return sign_in_alice(muster)


def sign_in_alice(muster: Installation) -> Session:
    """Sign in over HTTP."""
    _, page, cookies = fetch(muster.port, "GET", "/sign-in")
    form = {"csrf_token": _token(page), "email": EMAILS["alice"], "password": PASSWORD}
    status, _, cookies = fetch(
        muster.port,
        "POST",
        "/sign-in",
        urllib.parse.urlencode(form),
        {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert status == 302
    home = fetch(muster.port, "GET", "/", headers={"Cookie": cookies})
    return Session(muster.port, home[2] or cookies, _token(home[1]))


def fetch(
    port: int,
    method: str,
    path: str,
    body: str | bytes | None = None,
    headers: dict[str, str] | None = None,
    within: float = 30,
) -> tuple[int, str, str]:
    """Send a request; return (status, text, cookies that were set, as a `Cookie` header)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
        return answer.status, text, "; ".join(cookies)
    finally:
        connection.close()


def open_connection(port: int, text: bytes) -> socket.socket:
    """Open a connection and send `text`."""
    sender = socket.create_connection(("127.0.0.1", port))
    sender.sendall(text)
    return sender


def exchange(port: int, text: bytes, within: float = 15) -> bytes:
    """Send `text`; return everything received until the server closes or `within` seconds pass."""
    with open_connection(port, text) as sender:
        sender.settimeout(within)
        received = b""
        try:
            while piece := sender.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def seconds_to_answer(port: int, path: str = "/healthz", within: float = 30) -> float:
    """Return the response time of a page in seconds; its status must be 200."""
    began = time.perf_counter()
    assert fetch(port, "GET", path, within=within)[0] == 200
    return time.perf_counter() - began


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]
