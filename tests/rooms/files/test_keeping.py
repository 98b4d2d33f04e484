"""A file is kept as it came and read in the same pass; nothing is left of a refused one (B-20, B-04)."""

import gzip
import hashlib
import io
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.accounts import application as accounts
from app.activity.infrastructure.tables import AuditEntry
from app.files import application as files
from app.files.infrastructure import storage
from app.files.infrastructure.tables import Upload
from app.platform.database import session
from app.platform.errors import Invalid, NotAllowed, TooMuch
from tests.unit.files.contact_files import EXPORTS, TRAPS

PEOPLE = b"Name,E-mail,Plan\nAnn,ann@example.com,Gold\nBob,bob@example.com,Silver\n"
REFUSED = (
    "empty.csv",
    "empty_but_a_mark.csv",
    "only_header.csv",
    "image_named.csv",
    "pdf_named.csv",
    "html_page_named.csv",
    "zip_named.csv",
    "xlsx_named.csv",
    "encrypted_workbook_named.csv",
    "binary_garbage.csv",
    "nul_garbage.csv",
    "cut_off_in_quotes.csv",
    "cut_off_in_character.csv",
    "runaway_quote.csv",
    "too_long_cell.csv",
    "too_many_columns.csv",
)


@pytest.fixture(autouse=True)
def _inside_the_app(app):
    with app.app_context():
        yield


def keep(person, content=PEOPLE, name="people.csv"):
    return files.keep(person.actor, io.BytesIO(content), name)


def what_is_left(app):
    """Files in the folder of uploads, and rows of the table."""
    folder = app.extensions["settings"].uploads_dir
    query = sa.select(sa.func.count()).select_from(Upload)
    rows = session().execute(query, execution_options={"cross_account": True}).scalar()
    return sorted(str(path) for path in folder.rglob("*") if path.is_file()), rows


def test_the_bytes_are_kept_as_they_came(alice):
    for path in sorted(EXPORTS.iterdir()):
        content = path.read_bytes()
        upload = keep(alice, content, path.name)
        assert upload.sha256 == hashlib.sha256(content).hexdigest()
        assert upload.size == len(content)
        assert gzip.decompress(storage.path_of(upload.account_id, upload.public_id).read_bytes()) == content


def test_phone_numbers_are_counted_again_when_the_country_of_the_account_changes(alice):
    upload = keep(alice, b"Phone,City\n0151 12345678,Bonn\n+49 151 12345678,Bonn\n", "phones.csv")
    good = []
    for country in ("", "DE", ""):
        accounts.change_account(alice.actor, name="Agency", time_zone="UTC", country=country)
        result = files.checkup_for(upload, {"0": "phone"})
        good.append((result.good, result.duplicates))
    assert good == [(1, 0), (1, 1), (1, 0)]


def test_it_is_known_at_once(alice):
    upload = keep(alice)
    assert upload.rows == 2
    assert upload.layout["columns"] == ["Name", "E-mail", "Plan"]
    assert [guess.field for guess in files.suggestion(alice.actor.account_id, upload)] == [
        "full_name",
        "email",
        "ignore",
    ]
    assert files.checkup_for(upload, {"0": "full_name", "1": "email"}).good == 2
    assert files.kept(alice.actor.account_id, upload.public_id) is not None
    [entry] = session().scalars(
        sa.select(AuditEntry).where(
            AuditEntry.account_id == alice.actor.account_id, AuditEntry.action == "file_uploaded"
        )
    )
    assert (entry.subject_id, entry.facts["rows"], entry.facts["name"]) == (upload.public_id, 2, "people.csv")


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(app, alice, name):
    before = what_is_left(app)
    with pytest.raises(Invalid) as refusal:
        keep(alice, (TRAPS / name).read_bytes(), name)
    assert refusal.value.code == "INVALID_FILE"
    assert refusal.value.message.endswith(".")
    assert refusal.value.facts["fields"]["file"] == refusal.value.message
    assert what_is_left(app) == before


def test_the_place_of_a_fault_is_named(alice):
    with pytest.raises(Invalid) as refusal:
        keep(alice, PEOPLE + b'Cut,"cut@exam')
    assert refusal.value.facts["row"] == 3
    assert "row 3 (line 4)" in refusal.value.message


def test_too_many_bytes(app, alice, monkeypatch):
    limited = replace(app.extensions["settings"], max_upload_bytes=2000)
    monkeypatch.setitem(app.extensions, "settings", limited)
    before = what_is_left(app)
    with pytest.raises(TooMuch) as refusal:
        keep(alice, b"email\n" + b"ann@example.com\n" * 500)
    assert refusal.value.code == "TOO_LARGE"
    assert what_is_left(app) == before


def test_too_many_rows(app, alice, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], max_import_rows=100))
    before = what_is_left(app)
    assert keep(alice, b"email\n" + b"ann@example.com\n" * 100).rows == 100
    with pytest.raises(TooMuch) as refusal:
        keep(alice, b"email\n" + b"ann@example.com\n" * 101)
    assert refusal.value.facts["limit"] == 100
    assert len(what_is_left(app)[0]) == len(before[0]) + 1


def test_a_connection_that_breaks_leaves_nothing(app, alice):
    class Broken(io.RawIOBase):
        sent = 0

        def read(self, size=-1):
            self.sent += 1
            if self.sent > 3:
                raise ConnectionResetError
            return b"email\n" + b"ann@example.com\n" * 20_000

    before = what_is_left(app)
    with pytest.raises(ConnectionResetError):
        files.keep(alice.actor, Broken(), "people.csv")
    assert what_is_left(app) == before


def test_a_viewer_is_refused_before_anything_is_read(vera):
    class Untouchable(io.RawIOBase):
        def read(self, size=-1):
            raise AssertionError("was read")

    with pytest.raises(NotAllowed):
        files.keep(vera.actor, Untouchable(), "people.csv")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/tmp/x.csv", "x.csv"),
        ("..", "contacts.csv"),
        (None, "contacts.csv"),
        ("a\0b\n c.csv", "ab c.csv"),
        ("evil\u202egnp.csv", "evilgnp.csv"),
        ("\ud800half.csv", "half.csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("Zoë's list.csv", "Zoë's list.csv"),
    ],
)
def test_hostile_file_names_are_only_shown(app, alice, given, shown):
    upload = keep(alice, name=given)
    assert upload.file_name == shown
    folder = app.extensions["settings"].uploads_dir
    assert storage.path_of(upload.account_id, upload.public_id).parent == folder / str(upload.account_id)


def test_a_very_long_name_keeps_its_ending(alice):
    name = keep(alice, name="x" * 5000 + ".csv").file_name
    assert len(name) == 255
    assert name.endswith("….csv")


def test_another_account_never_sees_it(alice, mallory):
    upload = keep(alice)
    assert files.kept(mallory.actor.account_id, upload.public_id) is None
    assert files.kept(alice.actor.account_id, "../../x") is None


def test_the_same_bytes_are_noticed(alice, mallory):
    first = keep(alice)
    keep(mallory)
    again = keep(alice, name="other name.csv")
    assert files.same_file_before(alice.actor.account_id, first) == []
    assert [one.id for one in files.same_file_before(alice.actor.account_id, again)] == [first.id]
