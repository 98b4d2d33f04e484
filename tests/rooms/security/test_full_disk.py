"""Full disks produce a message, not an error; no account can fill the disk."""

import io
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.bulk_enrollment.application.jobs.start import JobRequest, dry_run, start_job
from app.bulk_enrollment.application.selection.uploads import BYTES_OF_A_ROW
from app.bulk_enrollment.domain.selection import ManualSelection
from app.contacts.application.selecting import select_contacts, select_matching
from app.contacts.application.selecting.selections import BYTES_OF_AN_ID
from app.files import application as files
from app.platform.database import db
from app.platform.errors import LimitReached
from app.platform.tenancy import acting_for
from ops.prepare import prepare_database
from tests.people import Person, create_people, sign_in
from tests.rooms.accounts.sign_in_page import type_in
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database
from tests.services.small_disk import SmallDisk, small_disk
from tests.services.valkey import Valkey


def send(person: Person, rows: int, row: bytes = b"") -> Any:
    """Upload a file of `rows` rows; `row` is a template with two pseudo-random numbers."""
    noise = random.Random(1)
    if row:
        lines = [row % (noise.getrandbits(32), noise.getrandbits(32)) for _ in range(rows)]
    else:
        lines = [b"person%07d@ex.com\n" % number for number in range(rows)]
    text = b"Email\n" + b"".join(lines)
    form = {"file": (io.BytesIO(text), "people.csv")}
    return person.post("/contacts/import", form, content_type="multipart/form-data")


def test_an_account_has_a_quota_of_its_own(database: Database, tmp_path: Path) -> None:
    database.restore("people")
    app = create_app(database.settings(MAX_STORAGE_BYTES=60_000, DATA_DIR=tmp_path))
    alice, mallory = sign_in(app, "alice"), sign_in(app, "mallory")
    assert send(alice, 1_000).status_code == 303
    assert send(alice, 1_000).status_code == 303
    refused = send(alice, 1_000)
    assert refused.status_code == 429
    for words in (
        "Your account has used",
        "by uploads",
        "by jobs and dry runs",
        "by selected contacts",
        "ask your administrator",
    ):
        assert words in refused.text
    assert send(mallory, 1_000).status_code == 303
    with app.app_context(), acting_for(alice.actor.account_id):
        assert files.kept_bytes(alice.actor.account_id)["uploads"] > 36_000


def test_jobs_and_pasted_lists_count(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.restore("people")
    app = create_app(database.settings())
    alice = sign_in(app, "alice")
    account_id = alice.actor.account_id
    ids = [add(app, alice.actor, f"p{number}@example.com") for number in range(10)]
    workflow = active(app, alice.actor)
    wanted = JobRequest(ManualSelection(tuple(map(str, ids))), workflow_id=workflow)

    def used() -> dict[str, int]:
        with app.app_context(), acting_for(account_id):
            return files.kept_bytes(account_id)

    assert (used()["jobs and dry runs"], used()["selected contacts"]) == (0, 0)
    entries = ", ".join(map(str, ids))
    assert alice.post("/contacts/selections/pasted", {"entries": entries}).status_code == 303
    with app.app_context(), acting_for(account_id):
        select_matching(alice.actor, None)
        start_job(alice.actor, wanted)
    assert used()["selected contacts"] == 10 * BYTES_OF_AN_ID, "a filter is no list"
    assert used()["jobs and dry runs"] == 10 * BYTES_OF_A_ROW

    full = replace(app.extensions["settings"], max_storage_bytes=sum(used().values()) + 1_000)
    monkeypatch.setitem(app.extensions, "settings", full)
    with app.app_context(), acting_for(account_id):
        with pytest.raises(LimitReached, match="so this job doesn’t fit") as refused:
            start_job(alice.actor, wanted)
        assert refused.value.code == "STORAGE_LIMIT_REACHED"
        with pytest.raises(LimitReached, match="so this job doesn’t fit"):
            dry_run(alice.actor, wanted)
        assert select_contacts(alice.actor, ids).total == 10, "for actions, such as deleting them"
    refusal = alice.post("/contacts/selections/pasted", {"entries": entries + " " * 1_000})
    assert refusal.status_code == 429
    assert "so this list doesn’t fit" in refusal.text


def test_space_is_asked_for_before_a_file_is_taken(database: Database) -> None:
    database.restore("people")
    app = create_app(database.settings(MIN_FREE_BYTES=10**12))
    alice = sign_in(app, "alice")
    folder = app.extensions["settings"].uploads_dir
    before = set(folder.rglob("*"))
    refused = send(alice, 10)
    assert refused.status_code == 507
    assert "enough free disk space" in refused.text
    assert {path for path in folder.rglob("*") if path.is_file()} <= before


def type_in_when_possible(app: Flask, trouble: str) -> Any:
    """Return the response to a sign-in (trouble "full"), or to a page that needs the database."""
    browser = app.test_client()
    return type_in(browser) if trouble == "full" else sign_in_without_reading(app).get("/contacts")


def sign_in_without_reading(app: Flask) -> Any:
    """Return a browser with a cookie that causes a database lookup."""
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = "any"
    return browser


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 24) as mounted:
        yield mounted


@pytest.fixture
def on_disk(disk: SmallDisk, database: Database, valkey: Valkey) -> Iterator[Flask]:
    """The app with its data and database on the small disk."""
    changes = {"DATA_DIR": disk.folder, "DATABASE_URL": f"sqlite:///{disk.folder}/muster.db"}
    settings = database.settings(**changes, MIN_FREE_BYTES=0)
    prepare_database(settings)
    app = create_app(settings)
    with app.app_context():
        create_people()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_disk_that_fills_during_an_upload(on_disk: Flask, disk: SmallDisk) -> None:
    alice = sign_in(on_disk, "alice")
    disk.fill(leave=400_000)
    refused = send(alice, 60_000, b"%08x%08x@ex.com\n")
    assert refused.status_code == 507
    assert "enough free disk space" in refused.text
    assert [path for path in disk.folder.glob("uploads/*/*") if path.is_file()] == []
    disk.empty()
    assert send(alice, 10).status_code == 303


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_writing_is_refused_with_a_sentence_and_reading_goes_on(
    on_disk: Flask, disk: SmallDisk, valkey: Valkey, trouble: str
) -> None:
    valkey.client().set("muster:worker:somewhere:1", "1 ")
    alice = sign_in(on_disk, "alice")
    assert alice.get("/readyz").status_code == 200
    if trouble == "full":
        disk.fill()
    else:
        with on_disk.app_context():
            db.session.remove()
            db.engine.dispose()  # remounting fails while a file is open for writing
        disk.make_read_only()
    ready = on_disk.test_client().get("/readyz")
    assert (ready.status_code, ready.json["disk"]) == (503, False)
    for answer in (send(alice, 10), type_in_when_possible(on_disk, trouble)):
        assert answer.status_code in (503, 507), answer.text[:500]
        assert "administrator" in answer.text or "Try again in a moment" in answer.text
        assert "The error was logged" not in answer.text, "that would be a fault of ours"
    assert alice.get("/healthz").status_code == 200


def test_ready_says_that_the_queue_takes_nothing(database: Database) -> None:
    database.restore("people")
    server = Valkey().start()
    try:
        app = create_app(database.settings(REDIS_URL=server.url))
        assert app.test_client().get("/readyz").json["queue"] is True
        server.client().config_set("maxmemory", "1")
        assert app.test_client().get("/readyz").json["queue"] is False
        alice = sign_in(app, "alice")
        assert alice.get("/").status_code == 200
        assert send(alice, 10).status_code == 303
    finally:
        server.remove()
