"""Calls a webhook: one request to an address that tenants choose, so the receiver is not trusted.

The name is resolved once, and the connection goes to an address that was checked, whatever the name resolves
to a moment later. Redirects are not followed, time and size are limited, proxies of the environment are not
used. Written on `http.client`, because HTTP libraries connect to names, not to addresses that were checked.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from app.platform.outgoing.rules import is_public

TOTAL_SECONDS: Final = 10.0
MAX_ANSWER_BYTES: Final = 2048


class NotCalled(Exception):
    """There was no answer; the text says why."""


class Blocked(NotCalled):
    """The address may not be called."""


class Lost(NotCalled):
    """The request was sent, at least in part, but there was no answer."""


class Answer(NamedTuple):
    """The beginning of an answer; `milliseconds` is the time it took, `retry_after` the header."""

    status: int
    text: str
    milliseconds: int
    retry_after: str = ""


def post(
    url: str, headers: Mapping[str, str], body: bytes, may_be_private: bool, most: int = MAX_ANSWER_BYTES
) -> Answer:
    """Send a POST request; see `call`."""
    return call("POST", url, headers, body, may_be_private, most)


def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    may_be_private: bool,
    most: int = MAX_ANSWER_BYTES,
) -> Answer:
    """Send a request and return its answer, whatever its status, with `most` bytes of its text. Raises
    NotCalled, which is Lost if the request may have arrived."""
    began = time.monotonic()
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
    address = _address_of(host, port, may_be_private)
    connection = _Connection(host, port, address, is_secure)
    watch = threading.Timer(TOTAL_SECONDS, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read(most).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as failure:
        raise connection.failed(failure) from None
    finally:
        watch.cancel()
        connection.close()
    if connection.is_cut:
        raise Lost(_TOO_LATE)
    retry_after = answer.getheader("Retry-After") or ""
    return Answer(answer.status, text, round((time.monotonic() - began) * 1000), retry_after)


_TOO_LATE: Final = f"No answer within {TOTAL_SECONDS:.0f} seconds."


def _fault_words(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLError):
        return f"No secure connection: {fault.reason or fault}."
    if isinstance(fault, ConnectionRefusedError):
        return "The server refused the connection."
    if isinstance(fault, ConnectionError | http.client.HTTPException):
        return "The server closed the connection without a valid response."
    return "The server can’t be reached."


def _address_of(host: str, port: int, may_be_private: bool) -> str:
    """Resolve a name; return its first address that may be called. Raises NotCalled."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotCalled("The name of the server isn’t known.") from None
    addresses = [str(info[4][0]) for info in found]
    allowed = [address for address in addresses if may_be_private or is_public(address)]
    if not allowed:
        raise Blocked("The address is private. Private addresses are blocked on this installation.")
    return allowed[0]


class _Connection(http.client.HTTPConnection):
    """A connection to an address; the certificate is checked for the name."""

    def __init__(self, host: str, port: int, address: str, is_secure: bool) -> None:
        super().__init__(host, port, timeout=TOTAL_SECONDS)
        self.default_port = 443 if is_secure else 80
        self._address = address
        self._is_secure = is_secure
        self._socket: socket.socket | None = None
        self.is_cut = False
        self._is_connected = False

    def failed(self, failure: Exception) -> NotCalled:
        """Return what a failure means: the request may have arrived once there was a connection."""
        is_late = self.is_cut or isinstance(failure, TimeoutError)
        return (Lost if self._is_connected else NotCalled)(_TOO_LATE if is_late else _fault_words(failure))

    def connect(self) -> None:
        self.sock = self._socket = socket.create_connection((self._address, self.port), TOTAL_SECONDS)
        if self._is_secure:
            secure = _context(ssl.get_default_verify_paths()).wrap_socket(
                self._socket, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self._socket = secure
            secure.do_handshake()
        self._is_connected = True
        if self.is_cut:
            self.cut()

    def cut(self) -> None:
        """Shut the connection down from another thread, also in the middle of a handshake or answer."""
        self.is_cut = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


@lru_cache(maxsize=4)
def _context(_paths: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """Return a context with the certificates at these paths. Loading them takes longer than a call."""
    return ssl.create_default_context()
