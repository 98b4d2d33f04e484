"""What is changed in an uploaded file is in the activity log (B-29)."""

import io
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry
from app.files import application as files
from app.platform.database import session
from app.platform.errors import Invalid

PEOPLE = "Email;Name\nann@gmial.com;Zoë\nbob@hotmial.com;Bob\n".encode("cp1252")
MAPPING = {"0": "email"}


@pytest.fixture(autouse=True)
def _inside_the_app(app):
    with app.app_context():
        yield


@pytest.fixture
def upload(alice) -> files.Upload:
    return files.keep(alice.actor, io.BytesIO(PEOPLE), "people.csv")


def recorded(person) -> list[tuple[str, str, dict[str, Any]]]:
    """(action, upload, facts) of what was recorded about files since the upload."""
    entries = session().scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.account_id == person.actor.account_id, AuditEntry.subject == "upload")
        .order_by(AuditEntry.id)
    )
    found = [(entry.action, entry.subject_id, entry.facts) for entry in entries]
    assert found[0][0] == "file_uploaded"
    return found[1:]


def test_a_file_that_is_read_another_way(alice, upload):
    known = files.known_layout(upload)
    files.read_again(alice.actor, upload.public_id, known)
    assert recorded(alice) == [], "it is read as before"
    files.read_again(alice.actor, upload.public_id, replace(known, encoding="cp1250", header_line=0))
    facts = {"name": "people.csv", "changed": ["encoding", "header_line"], "rows": 3}
    assert recorded(alice) == [("file_reread", upload.public_id, facts)]


def test_a_file_in_use_is_read_another_way_as_a_new_upload(alice, upload, monkeypatch):
    monkeypatch.setattr("app.files.application.discarding._uses", [lambda _account, ids: set(ids)])
    known = replace(files.known_layout(upload), delimiter=",")
    other = files.read_again(alice.actor, upload.public_id, known)
    assert other.public_id != upload.public_id
    [(action, public_id, facts)] = recorded(alice)
    assert (action, public_id, facts["changed"]) == ("file_reread", other.public_id, ["delimiter"])


def test_a_reading_that_fails_changes_nothing(alice, upload):
    with pytest.raises(Invalid):
        files.read_again(
            alice.actor, upload.public_id, replace(files.known_layout(upload), encoding="utf-16-le")
        )
    assert recorded(alice) == []


def test_addresses_are_fixed_and_the_fixes_undone(alice, upload):
    files.undo_fixes(alice.actor, upload.public_id)
    assert recorded(alice) == [], "there was nothing to undo"
    assert files.fix_addresses(alice.actor, upload.public_id, MAPPING) == 2
    files.fix_addresses(alice.actor, upload.public_id, MAPPING)
    files.undo_fixes(alice.actor, upload.public_id)
    name = {"name": "people.csv"}
    assert recorded(alice) == [
        ("addresses_fixed", upload.public_id, {**name, "rows": 2}),
        ("address_fixes_undone", upload.public_id, name),
    ]
