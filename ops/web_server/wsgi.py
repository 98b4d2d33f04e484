"""A request in terms of WSGI (PEP 3333): environment, refused body, and response."""

import io
import sys
import threading
from collections.abc import Callable, Iterable, MutableMapping
from contextvars import copy_context
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import RequestEntityTooLarge

PIECE_BYTES: Final = 256 * 1024


def environ_of(scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return the WSGI environment for an ASGI scope. Headers do not determine scheme, host, or prefix here;
    which of them are trusted is decided by TRUSTED_PROXIES."""
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    path = unquote_to_bytes(scope["raw_path"]) if scope.get("raw_path") else scope["path"].encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        **server_variables(),
    }
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").upper()
        if (
            "_" in name or name == "PROXY"
        ):  # could be mistaken for another header, or for the variable HTTP_PROXY
            continue
        name = name.replace("-", "_")
        if name not in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if name in environ:
            value = f"{environ[name]}{';' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value
    return environ


def server_variables() -> dict[str, Any]:
    """Return the part of a WSGI environment that describes the server and not the request."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }


class Unread(io.BytesIO):
    """Start of a body that was not accepted. Reading beyond it raises RequestEntityTooLarge."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size) or self._refuse()

    def readline(self, size: int | None = -1, /) -> bytes:
        return super().readline(size) or self._refuse()

    def readinto(self, buffer: Any, /) -> int:
        return super().readinto(buffer) or len(self._refuse())

    def _refuse(self) -> bytes:
        raise RequestEntityTooLarge


class Answer:
    """Response of the app, produced by any free thread, always in the same context."""

    def __init__(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_new = True
        self._app = app
        self._environ = environ
        self._context = copy_context()
        self._lock = threading.Lock()
        self._pieces: Any = None
        self._iterator: Any = None
        self.is_closed = False

    def pull(self) -> tuple[bytes, bool]:
        """Return (next bytes, whether there are more)."""
        with self._lock:
            return self._context.run(self._pull)

    def close(self) -> None:
        """Let the app clean up. May be called repeatedly, and while a piece is being produced."""
        with self._lock:
            self._context.run(self._close)

    def _pull(self) -> tuple[bytes, bool]:
        if self._pieces is None:
            self._pieces = self._app(self._environ, self._start)
            self._iterator = iter(self._pieces)
        collected, size = [], 0
        for piece in self._iterator:
            collected.append(piece)
            size += len(piece)
            if size >= PIECE_BYTES:
                return b"".join(collected), True
        self._close()
        return b"".join(collected), False

    def _start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[..., Any]:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return lambda _data: None  # the app does not use write()

    def _close(self) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
