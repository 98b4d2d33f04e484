"""Uploads in a bucket of an S3-compatible service, on a real server of its kind (decision 0064)."""

import gzip
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bulk_enrollment.application.jobs import plan
from app.contacts.application import erasing
from app.contacts.infrastructure.tables import Contact
from app.files import application as files
from app.files.application.discarding import _remove_strays
from app.files.infrastructure import storage
from app.files.infrastructure.tables import Upload
from app.platform import doctor, queue
from app.platform.clock import now
from app.platform.database import session
from app.platform.errors import Invalid, Unavailable
from app.platform.settings import current
from app.platform.settings.uploads import bucket_address
from ops.backups.make import make_backup
from ops.backups.restore import restore
from ops.problems import Problem
from tests.people import Person
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.files.mapping_pages import send, uploaded
from tests.rooms.files.test_workbooks import HEADER, XI, workbook
from tests.rooms.workflows.drafts import active
from tests.services.ports import free_port
from tests.services.s3_server import SECRET, S3Server, StoredUploads

NO_STORAGE = "The storage of uploaded files isn’t responding right now."
PEOPLE = "Email,Name\nann@example.com,Ann Lee\nben@example.com,Benjamin Zwirner\n"


@dataclass
class Place:
    """An app whose uploads are in a bucket."""

    app: Flask
    monkeypatch: pytest.MonkeyPatch
    server: S3Server
    bucket: StoredUploads

    def change(self, **values: Any) -> None:
        settings = replace(self.app.extensions["settings"], **values)
        self.monkeypatch.setitem(self.app.extensions, "settings", settings)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nobody listens where the service was."""
        self.change(uploads_url=self.server.url(self.bucket.name, free_port()))
        try:
            yield
        finally:
            self.change(uploads_url=self.bucket.url)


@pytest.fixture
def place(app: Flask, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    found = Place(app, monkeypatch, s3_server, s3_server.new_bucket())
    found.change(uploads_url=found.bucket.url)
    before = set(local_files(app))
    yield found
    assert set(local_files(app)) == before


def local_files(app: Flask) -> list[str]:
    """Uploads and temporary files on the disk, where none may be left."""
    folder = app.extensions["settings"].data_dir
    return [str(path) for path in folder.glob("tmp*")] + [str(path) for path in folder.rglob("uploads/*/*")]


@pytest.fixture
def trial(app: Flask, bob: Person, run_tasks) -> Trial:
    return Trial(app, bob.actor, run_tasks)


def keep(person: Person, content: bytes | str = PEOPLE, name: str = "people.csv") -> files.Upload:
    given = content.encode() if isinstance(content, str) else content
    return files.keep(person.actor, io.BytesIO(given), name)


def key_of(upload: files.Upload, suffix: str = ".gz") -> str:
    return f"muster/{upload.account_id}/{upload.public_id}{suffix}"


def cells(upload: files.Upload) -> list[list[str]]:
    return [row.cells for row in files.rows(upload)]


def test_a_file_is_kept_read_and_deleted(place, app, alice):
    with app.app_context():
        upload = keep(alice)
        assert place.bucket.keys == [key_of(upload)]
        assert gzip.decompress(place.bucket.content(key_of(upload))) == PEOPLE.encode()
        assert cells(upload)[1] == ["ben@example.com", "Benjamin Zwirner"]
        files.discard(alice.actor, upload.public_id)
        assert place.bucket.keys == []
        with pytest.raises(Invalid):
            keep(alice, b"\x89PNG\r\n\x1a\n" + bytes(1000), "image.csv")
        assert place.bucket.keys == place.bucket.unfinished == []


def test_a_job_from_the_page_to_its_download(place, bob, trial, app):
    job = trial.run(lines(*addresses(3)), active(app, bob.actor), missing="create")
    assert trial.progress(job).succeeded == 3
    assert "p2@example.com" in bob.get(f"/enrollments/{job}/rows.csv").text
    place.bucket.delete(place.bucket.keys[0])
    answer = bob.get(f"/enrollments/{job}/rows.csv")
    assert answer.status_code == 404 and "no longer on this server" in answer.text


def test_a_workbook_and_its_text(place, app, alice):
    with app.app_context():
        before = files.kept_bytes(alice.actor.account_id)["uploads"]
        upload = keep(
            alice, workbook(Members=[HEADER, XI], Others=[HEADER, ["bob@example.com"]]), "people.xlsx"
        )
        sheet = key_of(upload, ".sheet")
        assert place.bucket.keys == [key_of(upload), sheet]
        size = len(place.bucket.content(sheet))
        assert files.kept_bytes(alice.actor.account_id)["uploads"] == before + upload.size + size
        seen = cells(upload)
        place.bucket.delete(sheet)
        assert cells(upload) == seen and sheet in place.bucket.keys
        other = replace(files.known_layout(upload), sheet="Others")
        assert files.read_again(alice.actor, upload.public_id, other).public_id == upload.public_id
        assert len(place.bucket.keys) == 2 and cells(upload)[0][0] == "bob@example.com"


def test_a_file_in_use_is_copied_before_it_is_read_another_way(place, app, alice, monkeypatch):
    with app.app_context():
        upload = keep(alice, "Email;Name\nann@example.com;Zoë\n".encode("cp1252"))
        monkeypatch.setattr("app.files.application.discarding._uses", [lambda _account, ids: set(ids)])
        layout = replace(files.known_layout(upload), encoding="cp1250")
        other = files.read_again(alice.actor, upload.public_id, layout)
        assert place.bucket.keys == sorted([key_of(upload), key_of(other)])
        assert cells(upload) == [["ann@example.com", "Zoë"]]


@pytest.mark.one_database
def test_large_files_are_sent_in_parts_and_read_in_blocks(place, app, alice):
    content, account = os.urandom(9_500_000), alice.actor.account_id
    with app.app_context():
        with storage.new_file(account, "large") as file:
            file.write(content)
        assert place.bucket.unfinished == []
        with storage.opened(account, "large") as file:
            assert file.read() == content
        with pytest.raises(ZeroDivisionError), storage.new_file(account, "large") as file:
            file.write(content[:9_000_000])
            assert place.bucket.unfinished == [f"muster/{account}/large.gz"]
            file.write(b"".join([bytes(1 // 0)]))
        assert place.bucket.unfinished == []
        with storage.opened(account, "large") as file:
            file.read(10)
            with storage.new_file(account, "large") as other:
                other.write(content[::-1])
            with pytest.raises(Unavailable, match="was changed while it was being read"):
                file.read()
        storage.remove(account, "large")
    assert place.bucket.keys == []


def test_nothing_is_half_done_in_an_outage(place, app, alice):
    page = uploaded(alice, None)
    with place.outage():
        answer = send(alice, None)
        assert answer.status_code == 503 and NO_STORAGE in answer.text
        assert NO_STORAGE in alice.get(page).text
        assert alice.get("/contacts/import").status_code == 200
    with app.app_context():
        query = sa.select(sa.func.count()).select_from(Upload)
        assert session().scalar(query, execution_options={"cross_account": True}) == 1
    assert alice.get(page).status_code == 200
    assert len(place.bucket.keys) == 1


def test_a_job_waits_for_the_end_of_an_outage(place, app, bob, trial):
    job = trial.start(lines(*addresses(3)), active(app, bob.actor), missing="create")
    with place.outage(), app.app_context(), pytest.raises(Unavailable):
        plan.plan_job(bob.actor.account_id, trial.job(job).id)
    assert trial.job(job).status == "validating"
    trial.change_job(job, lease_until=now() - timedelta(seconds=1))
    trial.finish(job)
    trial.holds(job)
    assert trial.progress(job).succeeded == 3


def test_what_an_outage_has_left_is_removed_later(place, app, alice):
    with app.app_context():
        upload, kept = keep(alice), keep(alice, PEOPLE + "cy@example.com,Cy\n")
        with place.outage():
            files.discard(alice.actor, upload.public_id)
        assert place.bucket.keys == sorted([key_of(upload), key_of(kept)])
        place.bucket.client.create_multipart_upload(Bucket=place.bucket.name, Key=key_of(kept))
        _remove_strays(time.time() - 3600)
        assert len(place.bucket.keys) == 2
        _remove_strays(time.time() + 60)
    assert place.bucket.keys == [key_of(kept)] and place.bucket.unfinished == []


def test_an_erased_person_is_gone_from_the_bucket(place, app, bob, trial, monkeypatch):
    choices = {"missing": "create", "mapping": {"0": "email", "1": "full_name"}}
    trial.run(PEOPLE, None, **choices)
    with trial.acting():
        query = sa.select(Contact.id).where(Contact.email_key == "ben@example.com")
        number = session().scalars(query).one()
    with place.outage():
        assert bob.post(f"/contacts/{number}/erasure").status_code == 303
        trial.run_tasks()
    (key,) = place.bucket.keys
    assert b"Zwirner" in gzip.decompress(place.bucket.content(key))
    monkeypatch.setattr(erasing, "UNTOUCHED", timedelta(0))
    with app.app_context():
        erasing.resume_erasures()
    trial.run_tasks()
    content = gzip.decompress(place.bucket.content(key))
    assert b"Zwirner" not in content and b"ben@" not in content and b"Ann Lee" in content


@pytest.mark.one_database
def test_doctor_checks_the_bucket(place, app, alice, caplog):
    with app.app_context():
        upload = keep(alice)
        assert results("uploads_storage", "uploads") == ["ok", "ok"]
        assert place.bucket.keys == [key_of(upload)]
        place.bucket.delete(key_of(upload))
        assert results("uploads") == ["problem"]
        place.change(uploads_url=place.server.url("nobody-made-this"))
        assert results("uploads_storage") == ["problem"]
        with place.outage():
            assert results("uploads_storage", "uploads") == ["problem", "warning"]
            found = doctor._CHECKS["uploads_storage"].run()
            assert "EndpointConnectionError" in found.found and "UPLOADS_URL" in found.advice
    assert SECRET not in caplog.text and SECRET not in found.found + found.advice
    address = bucket_address(place.bucket.url)
    assert address is not None and address.secret == SECRET and SECRET not in repr(address)


@pytest.mark.only_on("postgresql", "machines share no SQLite file")
def test_doctor_misses_a_place_for_the_uploads_of_several_machines(place, app):
    place.change(uploads_url="")
    with app.app_context():
        assert results("uploads_storage") == ["ok"]
        queue.connection().set("muster:process:worker:other.example:7", "0001", ex=queue.SIGN_KEPT_SECONDS)
        found = doctor._CHECKS["uploads_storage"].run()
        assert found.level == "warning" and "Muster also runs on other.example" in found.found
        place.change(uploads_url=place.bucket.url)
        assert results("uploads_storage") == ["ok"]


@pytest.mark.only_on("sqlite", "flask backup is for the embedded database")
def test_uploads_in_a_folder_elsewhere(place, app, alice, tmp_path):
    place.change(uploads_url=str(tmp_path / "elsewhere"))
    with app.app_context():
        upload = keep(alice)
        [file] = (tmp_path / "elsewhere").glob("*/*")
        assert file.name == f"{upload.public_id}.gz" and cells(upload)[0] == ["ann@example.com", "Ann Lee"]
        assert results("uploads_storage", "uploads") == ["ok", "ok"]
        made = make_backup(current(), tmp_path)
        assert made.uploads == 1 and not made.missing
        files.discard(alice.actor, upload.public_id)
        assert not file.exists()


@pytest.mark.only_on("sqlite", "flask backup is for the embedded database")
def test_a_backup_says_where_uploads_are(place, app, alice, tmp_path):
    with app.app_context():
        keep(alice)
        made = make_backup(current(), tmp_path)
        said = " ".join(made.sentences(current()))
        assert f"Uploads aren’t in this file: they stay in s3://{place.bucket.name}/muster/." in said
        assert SECRET not in said and SECRET.encode() not in made.file.read_bytes()
        place.change(uploads_url="")
        upload = keep(alice)
        other = make_backup(current(), tmp_path / "other.tar.gz")
        assert other.uploads == 1 and len(other.missing) == 1
        place.change(uploads_url=place.bucket.url)
        with pytest.raises(Problem, match="contains uploads, and UPLOADS_URL is a bucket"):
            restore(current(), other.file, replaces=True)
        place.change(uploads_url="")
        files.discard(alice.actor, upload.public_id)
    assert len(place.bucket.keys) == 1


def results(*names: str) -> list[str]:
    return [str(doctor._CHECKS[name].run().level) for name in names]
