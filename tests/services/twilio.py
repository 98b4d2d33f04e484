"""A server that speaks the part of Twilio's API that sends text messages, and answers as it is told."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
TOKEN = "fedcba9876543210" * 2
SENDER = "+4915735982137"
DROPS, STALLS = "drops", "stalls"


@dataclass
class FakeTwilio:
    """`received` are the forms of messages that were accepted. `answers` are what happens to the first
    requests: (status, error code), without JSON for the code 0; DROPS, which closes the connection after the
    request was read; or STALLS until `released` is set. `stalls` are seconds before each answer."""

    url: str = ""
    answers: list[tuple[int, int] | str] = field(default_factory=list)
    received: list[dict[str, str]] = field(default_factory=list)
    requests: int = 0
    stalls: float = 0.0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """(number, text) of the messages that were accepted."""
        return [(one["To"], one["Body"]) for one in self.received]


def _error(status: int, code: int) -> bytes:
    about = f"https://www.twilio.com/docs/errors/{code}"
    return json.dumps({"code": code, "message": "An error", "more_info": about, "status": status}).encode()


@contextmanager
def fake_twilio() -> Iterator[FakeTwilio]:
    told = FakeTwilio()
    credentials = base64.b64encode(f"{ACCOUNT_SID}:{TOKEN}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.requests += 1
            time.sleep(told.stalls)
            answer = told.answers.pop(0) if told.answers else (201, 0)
            if answer == STALLS:
                told.released.wait(20)
            if isinstance(answer, str):
                self.close_connection = True
                return
            status, code = answer
            if self.headers["Authorization"] != f"Basic {credentials}":
                status, code = 401, 20003
            elif self.path != f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json":
                status, code = 404, 20404
            self._say(status, self._accepted(content) if status == 201 else code and _error(status, code))

        def _accepted(self, content: bytes) -> bytes:
            form = dict(parse_qsl(content.decode(), keep_blank_values=True))
            told.received.append(form)
            document = {"sid": f"SM{len(told.received):032x}", "status": "queued", "error_code": None}
            return json.dumps({"account_sid": ACCOUNT_SID, "body": form["Body"], **document}).encode()

        def _say(self, status: int, body: bytes | int) -> None:
            text = body or b"<html>No JSON</html>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.released.set()
        server.shutdown()
        server.server_close()
