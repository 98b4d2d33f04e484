"""Archives that are damaged, or made to do harm, change nothing."""

import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.ops.backed_up import Archive, Place
from tests.people import create_people, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.services.installation import Installation

Change = Callable[[Archive], object]
UUID = "01a22d33-243e-7a60-94e0-c3d126ac5677"
UPLOAD = f"uploads/1/{UUID}.gz"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation with data that must stay as they are."""
    folder = tmp_path_factory.mktemp("hostile") / "data"
    Installation(folder).prepare()
    made = Place(folder)
    with made.app.app_context():
        create_people()
    trial = Trial(made.app, sign_in(made.app, "bob").actor, lambda: False)
    with trial.acting():
        trial.wanted(lines(*addresses(20)), None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def good(place: Place) -> Path:
    file = place.folder.parent / "good.tar.gz"
    assert place.run("backup", file).exit_code == 0
    place.close()
    return file


def database_with(statement: str) -> Change:
    """Change the database, and the manifest accordingly."""

    def change(archive: Archive) -> None:
        with closing(sqlite3.connect(":memory:")) as database:
            content = bytearray(archive.members[archive.at("muster.db")][1])
            content[18:20] = b"\x01\x01"  # no write-ahead log, which does not exist in memory
            database.deserialize(bytes(content))
            database.executescript(statement)
            archive.change("muster.db", database.serialize())

    return change


def garbage_in_database(archive: Archive) -> None:
    content = archive.members[archive.at("muster.db")][1]
    archive.change("muster.db", content[:8192] + bytes(range(256)) * 400 + content[110_592:])


def file_changed(archive: Archive) -> None:
    number = archive.at(".gz")
    content = archive.members[number][1]
    archive.change(".gz", content[:-1] + bytes([content[-1] ^ 1]), is_told=False)


CASES: dict[str, tuple[Change, str]] = {
    "format": (lambda one: one.tell(format=2), "has format 2"),
    "newer": (lambda one: one.tell(schema="9999_future"), "newer version of Muster"),
    "schema": (lambda one: one.tell(schema="0001_nonsense"), "another program"),
    "about": (lambda one: one.change("about.json", b"[" * 100_000), "description of itself"),
    "large about": (lambda one: one.change("about.json", bytes(5_000_000)), "too large"),
    "about type": (lambda one: one.tell(secret_key=[]), "description of itself"),
    "escape in time": (lambda one: one.tell(created_at="\x1b[2J"), "description of itself"),
    "about later": (lambda one: one.members.insert(1, one.members.pop(0)), "isn’t a backup"),
    "parent": (lambda one: one.add("../evil", b"x"), "isn’t part of a backup"),
    "absolute": (lambda one: one.add("/etc/cron.d/evil", b"x"), "isn’t part of a backup"),
    "parent inside": (lambda one: one.add("uploads/1/../../worker.py", b"x"), "isn’t part of a backup"),
    "other name": (lambda one: one.add("uploads/1/notes.gz", b"x"), "isn’t part of a backup"),
    "line end": (lambda one: one.add(UPLOAD + "\n", b"x"), "isn’t part of a backup"),
    "symbolic link": (lambda one: one.add(UPLOAD, kind=tarfile.SYMTYPE), "isn’t a plain file"),
    "hard link": (lambda one: one.add(UPLOAD, kind=tarfile.LNKTYPE), "isn’t a plain file"),
    "device": (lambda one: one.add(UPLOAD, kind=tarfile.CHRTYPE), "isn’t a plain file"),
    "pipe": (lambda one: one.add(UPLOAD, kind=tarfile.FIFOTYPE), "isn’t a plain file"),
    "folder": (lambda one: one.add("uploads", kind=tarfile.DIRTYPE), "isn’t a plain file"),
    "sparse": (lambda one: one.add(UPLOAD, kind=tarfile.GNUTYPE_SPARSE), "isn’t a plain file"),
    "long name": (lambda one: one.add("x", kind=tarfile.GNUTYPE_LONGNAME, size=2**40), "isn’t a plain file"),
    "header": (lambda one: one.add("x", kind=tarfile.XHDTYPE, size=2**40), "isn’t a plain file"),
    "twice": (lambda one: one.add("muster.db", b"x"), "twice"),
    "oversized": (lambda one: one.add(UPLOAD, b"x", size=2**60), "free disk space"),
    "negative": (lambda one: one.add(UPLOAD, b"x", size=-512), "isn’t a plain file"),
    "too short": (lambda one: one.add(UPLOAD, b"x", size=50_000_000), "damaged"),
    "hash": (file_changed, "don’t match its manifest"),
    "not told": (lambda one: one.add(UPLOAD, b"x"), "don’t match its manifest"),
    "member gone": (lambda one: one.remove(".gz", is_told=False), "don’t match its manifest"),
    "upload gone": (lambda one: one.remove(".gz"), "is missing"),
    "database gone": (lambda one: one.remove("muster.db"), "don’t match its manifest"),
    "no manifest": (lambda one: one.members.pop(), "don’t match its manifest"),
    "odd manifest": (lambda one: one.change("manifest.json", b'{"members": 1}'), "manifest can’t be read"),
    "key gone": (lambda one: one.remove("secret_key"), "secret key is missing"),
    "key": (lambda one: one.change("secret_key", b"another"), "secret key isn’t"),
    "after the end": (lambda one: setattr(one, "after", b"evil"), "after its end"),
    "bomb at the end": (lambda one: setattr(one, "after", bytes(100_000_000)), "after its end"),
    "garbage": (garbage_in_database, "damaged"),
    "no database": (lambda one: one.change("muster.db", b"hello"), "damaged"),
    "of another program": (database_with("DROP TABLE alembic_version"), "isn’t one of Muster"),
    "other version": (database_with("UPDATE alembic_version SET version_num = '0001_x'"), "another version"),
    "orphan": (
        database_with("PRAGMA foreign_keys = OFF; DELETE FROM users WHERE email LIKE 'bob%'"),
        "inconsistent",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_changed(place: Place, good: Path, tmp_path: Path, name: str) -> None:
    change, sentence = CASES[name]
    archive = Archive.read(good)
    change(archive)
    file = tmp_path / "hostile.tar.gz"
    file.write_bytes(archive.packed())
    refuses(place, file, sentence)


def test_damaged_files(place: Place, good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()
    middle = len(whole) // 2
    file = tmp_path / "damaged.tar.gz"
    for content in (
        b"",
        b"hello",
        whole[:middle],
        whole[:-4],
        whole[:middle] + b"\0" * 64 + whole[middle + 64 :],
    ):
        file.write_bytes(content)
        refuses(place, file, "")
    refuses(place, tmp_path / "nowhere.tar.gz", "No such file")
    refuses(place, tmp_path, "Is a directory")


def refuses(place: Place, file: Path, sentence: str) -> None:
    before = place.files()
    done = place.run("restore", file, "--replace")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.output.startswith("Error: ") and sentence in done.output
    assert place.files() == before
    assert not list(place.folder.glob("replaced-*")) and not list(place.folder.glob(".muster-backup-*"))


def test_the_same_archive_unchanged_is_taken(place: Place, good: Path, tmp_path: Path) -> None:
    """So what the other tests see is due to their changes."""
    file = tmp_path / "same.tar.gz"
    file.write_bytes(Archive.read(good).packed())
    done = place.run("restore", file, "--replace")
    assert done.exit_code == 0, done.output
