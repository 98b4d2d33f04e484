"""The app on the data of an installation, served by this process with other settings."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.platform.settings import Settings
from tests.services.ports import free_port


@dataclass(frozen=True)
class SecondServer:
    app: Flask
    url: str


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Write nothing."""


@contextmanager
def second_server(environment: Mapping[str, str]) -> Iterator[SecondServer]:
    """Serve the app under an address that it knows: it can send emails with links. Browsers have the same
    cookies there, because cookies don't know ports."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_app(Settings.from_environment({**environment, "PUBLIC_URL": url}))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield SecondServer(app, url)
    finally:
        server.shutdown()
        server.server_close()
