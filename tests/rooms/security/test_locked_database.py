"""A locked SQLite file produces a message; requests succeed once it is unlocked."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask

from app import create_app
from app.platform.database import db, engine
from app.platform.web.errors.outages import BUSY
from tests.people import sign_in
from tests.rooms.bulk_enrollment.trial import Trial, lines
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database
from tests.services.valkey import Valkey

pytestmark = pytest.mark.only_on("sqlite", "PostgreSQL locks rows, not files")


@pytest.fixture
def app_of_own(database: Database, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app as the web server runs it, with a lock timeout of one second."""
    monkeypatch.setitem(engine.LOCK_WAIT_SECONDS, "web", 1.0)
    database.restore("people")
    valkey.client().set("muster:worker:somewhere:1", "1 ")
    app = create_app(database.settings(), process="web")
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def other_program(app: Flask) -> sqlite3.Connection:
    """A connection of another program to the same file."""
    with app.app_context():
        place = db.engine.url.database
    assert place
    return sqlite3.connect(place, isolation_level=None, timeout=1)


def test_locked_for_writing(app_of_own: Flask) -> None:
    alice = sign_in(app_of_own, "alice")
    trial = Trial(app_of_own, alice.actor, lambda: False)
    job = trial.start(lines("ann@example.com"), active(app_of_own, alice.actor), missing="create")
    trial.plan(job)
    assert alice.get("/readyz").status_code == 200
    with closing(other_program(app_of_own)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert alice.get("/contacts").status_code == 200, "reading goes on"
        refused = alice.post("/contacts", {"email": "new@example.com", "consent_basis": "customer"})
        assert refused.status_code == 503
        assert BUSY in refused.text
        download = alice.get(f"/enrollments/{job}/rows.csv")
        assert download.status_code == 503
        assert "Every download is recorded in the activity log, which can’t be written" in download.text
        assert "ann@example.com" not in download.text
        ready = alice.get("/readyz")
        assert (ready.status_code, ready.json["database"]) == (503, False)
        other.execute("ROLLBACK")
    assert alice.get("/readyz").status_code == 200
    assert "ann@example.com" in alice.get(f"/enrollments/{job}/rows.csv").text


def test_locked_for_everybody(app_of_own: Flask) -> None:
    alice = sign_in(app_of_own, "alice")
    with app_of_own.app_context():
        db.session.remove()
        db.engine.dispose()  # the lock requires that no one else has the file open
    with closing(other_program(app_of_own)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        page = alice.get("/contacts")
        assert page.status_code == 503
        assert BUSY in page.text
        ready = alice.get("/readyz")
        assert (ready.status_code, ready.json["database"]) == (503, False)
    assert alice.get("/contacts").status_code == 200
