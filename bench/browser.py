"""A browser without a window: what the benchmark needs of one to sign in, upload and start."""

import json
import re
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FIELD = re.compile(r'<option[^>]*selected[^>]*value="([^"]*)"')


class Answer(NamedTuple):
    """`seconds` until the answer's head was there, `server_ms` what the server says it needed."""

    url: str
    text: str
    seconds: float
    server_ms: float


class Browser:
    def __init__(self, url: str) -> None:
        self.url = url
        self._jar = CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self._jar)
        self._open = urllib.request.build_opener(cookies, _NoRedirect()).open
        self.token = ""

    @property
    def cookie(self) -> str:
        """The cookies as a header."""
        return "; ".join(f"{one.name}={one.value}" for one in self._jar)

    def get(self, path: str, **headers: str) -> Answer:
        return self._send(urllib.request.Request(self._full(path), headers=headers))

    def post(self, path: str, **fields: str) -> Answer:
        data = urllib.parse.urlencode(fields | {"csrf_token": self.token}).encode()
        return self._send(urllib.request.Request(self._full(path), data=data, headers=self._origin()))

    def htmx(self, path: str, target: str, **fields: str) -> Answer:
        """Send a form as htmx does that puts the answer into `target`."""
        data = urllib.parse.urlencode(fields | {"csrf_token": self.token}).encode()
        headers = self._origin() | {"HX-Request": "true", "HX-Target": target}
        return self._send(urllib.request.Request(self._full(path), data=data, headers=headers))

    def upload(self, path: str, name: str, file: Path) -> Answer:
        mark = uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        data = head.encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        headers = self._origin() | {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "X-CSRFToken": self.token,
        }
        return self._send(urllib.request.Request(self._full(path), data=data, headers=headers))

    def sign_in(self, email: str, password: str) -> None:
        self.get("/sign-in")
        self.post("/sign-in", email=email, password=password)
        self.get("/")

    def _send(self, request: urllib.request.Request) -> Answer:
        began = time.perf_counter()
        with self._open(request, timeout=60) as answer:
            seconds = time.perf_counter() - began
            text = answer.read().decode("utf-8", "replace")
            timing = answer.headers.get("Server-Timing", "")
            place = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or answer.url
        if found := TOKEN.search(text) or re.search(r'"X-CSRFToken": "([^"]+)"', text):
            self.token = json.loads(f'"{found[1]}"')
        server = re.search(r"dur=([\d.]+)", timing)
        return Answer(place, text, seconds, float(server[1]) if server else 0.0)

    def _full(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path

    def _origin(self) -> dict[str, str]:
        return {"Referer": self.url + "/"}


class _NoRedirect(urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor):
    """Redirects are answers here: how long the redirect itself took is what we measure."""

    def http_response(self, request, response):  # type: ignore[no-untyped-def]
        if response.status >= 400:
            raise AssertionError(f"{request.full_url} answered {response.status}: {response.read()[:2000]!r}")
        return response

    https_response = http_response
