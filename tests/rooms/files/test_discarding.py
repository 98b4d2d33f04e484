"""Files that nothing was started from are kept for a day, others as long as their job (B-16)."""

import io
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.domain.selection import FileSelection
from app.files import application as files
from app.files.application import discarding
from app.files.infrastructure import storage
from app.files.infrastructure.tables import Upload
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.rooms.workflows.drafts import active
from tests.services.statements import listening

PEOPLE = b"email\nann@example.com\n"


@pytest.fixture(autouse=True)
def _inside_the_app(app):
    with app.app_context():
        yield


def keep(person, days_ago):
    upload = files.keep(person.actor, io.BytesIO(PEOPLE), "people.csv")
    with transaction():
        session().execute(
            sa.update(Upload)
            .where(Upload.account_id == upload.account_id, Upload.id == upload.id)
            .values(created_at=now() - timedelta(days=days_ago))
        )
    return upload


def is_there(upload):
    path = storage.path_of(upload.account_id, upload.public_id)
    is_known = files.kept(upload.account_id, upload.public_id) is not None
    assert path.exists() == is_known
    return is_known


def test_old_and_unused_ones_go(app, alice, mallory):
    old, young, strange = keep(alice, 1.1), keep(alice, 0.9), keep(mallory, 3)
    used = keep(alice, 80)
    selection = FileSelection(used.public_id, {"0": "email"})
    start.dry_run(alice.actor, start.JobRequest(selection, workflow_id=active(app, alice.actor)))
    assert files.discard_unused() == 2
    assert [is_there(upload) for upload in (old, young, strange, used)] == [False, True, False, True]
    assert files.discard_unused() == 0


def test_the_database_is_asked_for_many_files_at_once(alice, mallory, monkeypatch):
    monkeypatch.setattr(discarding, "FILES_AT_ONCE", 2)
    uploads = [keep(person, 0) for person in (alice, alice, mallory)]
    foreign = storage.path_of(mallory.actor.account_id, uploads[0].public_id)
    foreign.write_bytes(b"x")
    later = (now() + timedelta(minutes=1)).timestamp()
    stored = len(list(storage.files_before(later)))
    with listening(lambda statement: "FROM uploads" in statement) as asked:
        discarding._remove_strays(later)
    assert len(asked) == (stored + 1) // 2 and all(map(is_there, uploads))
    assert not foreign.exists(), "another account has the upload of that name"


def test_what_a_dying_process_left_behind_goes(alice):
    kept = keep(alice, 0)
    folder = storage.path_of(kept.account_id, kept.public_id).parent
    long_ago = (now() - timedelta(days=2)).timestamp()
    strays = [folder / "01999999-aaaa-7bbb-8ccc-dddddddddddd.gz", folder / f"{kept.public_id}x.part"]
    for stray in strays:
        stray.write_bytes(b"x")
        os.utime(stray, (long_ago, long_ago))
    own = storage.path_of(kept.account_id, kept.public_id)
    os.utime(own, (long_ago, long_ago))
    files.discard_unused()
    assert not any(stray.exists() for stray in strays)
    assert own.exists()
