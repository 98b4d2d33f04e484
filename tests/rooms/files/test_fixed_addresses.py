"""Typing mistakes are fixed when rows are read; the file stays as it is, and it can be undone (B-20)."""

import io

import pytest

from app.files import application as files
from app.platform.errors import NotFound

PEOPLE = (
    b"Name,E-mail,Note\n"
    b"Ann,ann@gmial.com,write to ann@gmial.com\n"
    b"Bob, BOB@Hotmial.COM ,\n"
    b"Cleo,cleo@gmail.com,\n"
    b"Ann again,ann@gmail.com,\n"
    b"Dan,dan@gmial.com ::: dan@example.com,\n"
    b"Eve,eve@gmial.company,\n"
)
MAPPING = {"0": "full_name", "1": "email"}


@pytest.fixture(autouse=True)
def _inside_the_app(app):
    with app.app_context():
        yield


def keep(person, content=PEOPLE):
    return files.keep(person.actor, io.BytesIO(content), "people.csv")


def addresses(rows):
    return [row.cells[1] for row in rows]


def test_mended_and_undone(alice):
    upload = keep(alice)
    before = addresses(files.rows(upload))
    assert {typo.domain for typo in files.checkup_for(upload, MAPPING).typos} == {"gmial.com", "hotmial.com"}
    assert files.fix_addresses(alice.actor, upload.public_id, MAPPING) == 3
    assert addresses(files.rows(upload)) == [
        "ann@gmail.com",
        " BOB@hotmail.com ",
        "cleo@gmail.com",
        "ann@gmail.com",
        "dan@gmail.com ::: dan@example.com",
        "eve@gmial.company",
    ]
    assert next(files.rows(upload)).cells[2] == "write to ann@gmial.com"
    assert addresses(files.untouched_rows(upload)) == before
    files.undo_fixes(alice.actor, upload.public_id)
    assert addresses(files.rows(upload)) == before


def test_what_is_mended_may_turn_out_to_be_a_duplicate(alice):
    upload = keep(alice)
    assert files.checkup_for(upload, MAPPING).duplicates == 0
    files.fix_addresses(alice.actor, upload.public_id, MAPPING)
    result = files.checkup_for(upload, MAPPING)
    assert (result.duplicates, result.typos) == (1, [])


def test_nothing_to_mend(alice):
    upload = keep(alice, b"email\nann@example.com\n")
    assert files.fix_addresses(alice.actor, upload.public_id, {"0": "email"}) == 0
    assert upload.mends == {}


def test_only_by_the_account(alice, mallory):
    upload = keep(alice)
    with pytest.raises(NotFound):
        files.fix_addresses(mallory.actor, upload.public_id, MAPPING)


def test_the_check_up_follows_the_columns(alice):
    upload = keep(alice, b"Work,Home\nann@example.com,ann@example.org\nbad,bob@example.org\nbad,\n")
    assert files.checkup_for(upload, {"0": "email"}).bad == 2
    assert files.checkup_for(upload, {"1": "email"}).blank == 1
    assert files.checkup_for(upload, {"0": "email"}).bad == 2
    assert files.checkup_for(upload, {}).identifier is None
