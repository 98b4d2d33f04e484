"""The gateway rejects a body if the disk turns out to be full."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from app.platform.settings import Settings
from app.platform.web.request_bodies import FULL, REFUSED
from ops.web_server.gateway import Gateway
from ops.web_server.wsgi import Unread


def test_a_disk_that_takes_nothing_is_told_of_and_no_fault(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"})
    (tmp_path / "secret_key").unlink()
    tmp_path.rmdir()
    environ: dict[str, Any] = {}
    spooling = Gateway(Flask("none"), settings)._spool(environ, b"begun", 10_000, _nothing_more)
    with ThreadPoolExecutor(1) as pool:  # this thread may have another test's event loop
        body = pool.submit(asyncio.run, spooling).result()
    assert environ[REFUSED] == FULL
    assert body.read() == b"begun"
    with pytest.raises(RequestEntityTooLarge):
        body.read()
    assert isinstance(body, Unread)


async def _nothing_more() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
