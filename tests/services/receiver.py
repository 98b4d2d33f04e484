"""A web server that receives calls of a webhook, and answers as it is told."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.services.mail_server import CERTIFICATE


@dataclass
class Request:
    """A received request."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class Receiver:
    """`statuses` are the answers to the first requests, then 200. `dribble` sends the answer byte by byte for
    so many seconds; `body` is its content, `headers` and `location` are sent with it. `hangs_up`: there is no
    answer. Nothing is answered before `stalls` seconds, and before `released` is set."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    body: bytes = b"thanks"
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    dribble: float = 0.0
    hangs_up: bool = False
    stalls: float = 0.0
    released: threading.Event = field(default_factory=_set)
    received: list[Request] = field(default_factory=list)


@contextmanager
def receiver(is_secure: bool = False) -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            content = self.rfile.read(length)
            told.received.append(Request(self.path, dict(self.headers), content, self.command))
            time.sleep(told.stalls)
            told.released.wait(10)
            if told.hangs_up:
                self.close_connection = True
                return
            status = told.statuses.pop(0) if told.statuses else 200
            if told.dribble:
                until = time.monotonic() + told.dribble
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while time.monotonic() < until:
                    try:
                        self.wfile.write(b"x")
                    except OSError:
                        return
                    time.sleep(0.1)
            self.send_response(status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.location:
                self.send_header("Location", told.location)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            try:
                self.wfile.write(told.body)
            except OSError:  # the caller does not read everything
                return

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if is_secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    scheme = "https" if is_secure else "http"
    told.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
