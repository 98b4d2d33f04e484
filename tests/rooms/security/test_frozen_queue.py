"""A queue that has stopped answering, without being gone, makes no page wait for more than a second."""

import io
import time
from collections.abc import Iterator

import pytest

from app import create_app
from tests.people import sign_in
from tests.services.databases import Database
from tests.services.valkey import Valkey

PAGES = ("/", "/contacts", "/workflows", "/enrollments", "/contacts/import", "/readyz", "/sign-in")


@pytest.fixture
def frozen() -> Iterator[Valkey]:
    server = Valkey().start()
    yield server
    server.go_on()
    server.remove()


def test_pages_go_on(database: Database, frozen: Valkey) -> None:
    database.restore("people")
    app = create_app(database.settings(REDIS_URL=frozen.url))
    alice = sign_in(app, "alice")
    for page in PAGES:
        alice.get(page)
    frozen.freeze()
    slowest = 0.0
    for page in PAGES:
        began = time.perf_counter()
        assert alice.get(page).status_code in (200, 302, 503)
        slowest = max(slowest, time.perf_counter() - began)
        app.extensions["queue_silence"].until = 0.0  # as after a while
    began = time.perf_counter()
    file = (io.BytesIO(b"Email\nann@example.com\n"), "people.csv")
    answer = alice.post("/contacts/import", {"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert max(slowest, time.perf_counter() - began) < 2, "0.7 s, and what a busy machine adds"
