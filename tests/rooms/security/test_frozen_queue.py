"""No page takes more than a second if the queue stops responding with connections open."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.people import Person, sign_in
from tests.rooms.workflows.drafts import draft
from tests.services.databases import Database
from tests.services.valkey import Valkey

PAGES = ("/", "/contacts", "/workflows", "/enrollments", "/contacts/import", "/readyz", "/sign-in")


@pytest.fixture
def frozen() -> Iterator[Valkey]:
    server = Valkey().start()
    yield server
    server.resume()
    server.remove()


def test_pages_go_on(database: Database, frozen: Valkey) -> None:
    database.restore("people")
    app = database.make_app(REDIS_URL=frozen.url)
    alice = sign_in(app, "alice")
    workflow = f"/workflows/{draft(app, alice.actor)}"
    pages = (*PAGES, workflow, f"{workflow}/presence")
    for page in pages:
        alice.get(page)
    frozen.freeze()
    for page in pages:
        answers_soon(app, lambda page=page: alice.get(page).status_code in (200, 204, 302, 503))
    answers_soon(app, lambda: upload(alice).status_code == 303)


def upload(person: Person) -> Any:
    file = (io.BytesIO(b"Email\nann@example.com\n"), "people.csv")
    return person.post("/contacts/import", {"file": file}, content_type="multipart/form-data")


def answers_soon(app: Flask, answers: Callable[[], bool]) -> None:
    """Assert a response within a second; try three times, since the machine may be busy."""
    took = []
    while len(took) < 3 and min(took, default=2.0) >= 1.0:
        app.extensions["queue_backoff"].until = 0.0  # as if the backoff had expired
        began = time.perf_counter()
        assert answers()
        took.append(time.perf_counter() - began)
    assert min(took) < 1.0
