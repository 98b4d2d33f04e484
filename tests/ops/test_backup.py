"""`flask backup` saves an installation, and `flask restore` brings it back elsewhere.

`test_gone_workers.py` has a backup that is made during a job.
"""

import json
import os
import shutil
import signal
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask_migrate import downgrade

from app import create_app
from app.integrations.infrastructure import event_sources
from app.platform import encryption
from app.platform.database import transactions
from app.platform.schema_version import MIGRATIONS, newest_migration
from app.platform.settings import Settings
from ops.backups import database_copy
from ops.backups.secret_key import check_other_keys, fingerprint, needed_keys
from ops.backups.work_folders import PREFIX
from ops.problems import Problem
from tests.ops.backed_up import Archive, Place
from tests.ops.test_run import eventually
from tests.people import create_people, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.services.installation import Installation
from tests.services.small_disk import small_disk


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation that is not running, with people and an upload."""
    folder = tmp_path_factory.mktemp("backups") / "source"
    Installation(folder).prepare()
    place = Place(folder)
    with place.app.app_context():
        create_people()
    bob = sign_in(place.app, "bob").actor
    trial = Trial(place.app, bob, lambda: False)
    with trial.acting():
        trial.wanted(lines(*addresses(20)), None)
    yield place
    place.close()


@pytest.fixture(scope="module")
def archive(source: Place) -> Path:
    """A backup of it."""
    file = source.folder.parent / "backup.tar.gz"
    done = source.run("backup", file)
    assert done.exit_code == 0, done.output
    return file


def leftovers(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob(f"{PREFIX}*")]


def test_an_archive_is_private_and_complete(source: Place, archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    made = Archive.read(archive)
    names = made.names()
    assert names[:3] == ["about.json", "secret_key", "muster.db"] and names[-1] == "manifest.json"
    assert [name.rpartition(".")[2] for name in names[3:-1]] == ["gz"]
    about = json.loads(made.members[0][1])
    assert (about["format"], about["schema"]) == (1, newest_migration())
    assert set(json.loads(made.members[-1][1])["members"]) == set(names[:-1])
    assert not leftovers(source.folder, archive.parent)


def test_the_copy_is_of_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy a database in small pieces, between which others commit."""
    monkeypatch.setattr(database_copy, "PAGES_AT_ONCE", 20)
    path, copied = tmp_path / "busy.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE notes (text)")
        for _ in range(500):
            writer.execute("INSERT INTO notes VALUES (zeroblob(10000))")
        ends = threading.Event()
        commits: list[int] = []

        def write() -> None:
            while not ends.is_set():
                writer.execute("UPDATE notes SET text = zeroblob(9000) WHERE rowid % 7 = 1")
                writer.execute("INSERT INTO notes VALUES ('new')")
                commits.append(1)

        with database_copy.snapshot(path) as source:
            thread = threading.Thread(target=write)
            thread.start()
            eventually(lambda: commits)
            before = len(commits)
            database_copy.copy(source, copied)
            assert len(commits) > before, "nobody waited"
            ends.set()
            thread.join()
    with database_copy.opened(copied) as connection:
        database_copy.check(connection)
        assert connection.execute("SELECT count(*), min(length(text)) FROM notes").fetchone() == (500, 10_000)


def test_a_backup_replaces_no_file(source: Place, archive: Path) -> None:
    before = archive.read_bytes()
    done = source.run("backup", archive)
    assert done.exit_code == 1 and "already exists" in done.output
    assert archive.read_bytes() == before
    assert "doesn’t exist" in source.run("backup", archive.parent / "nowhere" / "x.tar.gz").output


def test_everything_comes_back(source: Place, archive: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "new")
    done = place.run("restore", archive)
    assert done.exit_code == 0, done.output
    assert "1 upload" in done.output
    saved = {name: digest for name, digest in source.files().items() if name != "muster.db"}
    kept = {name for name in place.files() if name.startswith("replaced-")}
    assert {name.partition("/")[2] for name in kept} == {"secret_key"}, "the one generated by the command"
    assert {name: digest for name, digest in place.files().items() if name not in kept} == saved | {
        "muster.db": place.files()["muster.db"]
    }
    assert stat.S_IMODE((place.folder / "muster.db").stat().st_mode) == 0o600
    with source.app.app_context():
        secret = encryption.encrypted("a password", "test")
    anew = Place(place.folder)
    with anew.app.app_context():
        assert encryption.decrypted(secret, "test") == "a password"
    assert sign_in(anew.app, "alice").get("/").status_code == 200
    place.close()
    anew.close()


def test_data_is_only_replaced_if_asked_and_then_kept(source: Place, archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "used"
    shutil.copytree(source.folder, folder)
    (folder / "queue").mkdir()
    (folder / "queue" / "tasks").write_text("of the old data")
    (folder / "muster.db-wal").write_bytes(b"")
    place = Place(folder)
    before = place.files()
    refused = place.run("restore", archive)
    assert refused.exit_code == 1 and "--replace" in refused.output
    assert place.files() == before

    done = place.run("restore", archive, "--replace")
    assert done.exit_code == 0, done.output
    [aside] = folder.glob("replaced-*")
    assert str(aside) in done.output
    assert {str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file()} >= set(before) - {
        "run"
    }
    assert not (folder / "queue").exists()
    assert not leftovers(folder)
    place.close()


def test_an_older_database_is_updated(source: Place, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    shutil.copytree(source.folder, folder)
    older = Place(folder)
    setup = create_app(Settings.from_environment(Installation(folder).environment), process="setup")
    with setup.app_context():
        downgrade(directory=str(MIGRATIONS))
        transactions.db.engine.dispose()
    file = tmp_path / "older.tar.gz"
    assert older.run("backup", file).exit_code == 0
    older.close()
    place = Place(tmp_path / "new")
    done = place.run("restore", file)
    assert done.exit_code == 0, done.output
    assert f"to {newest_migration()}" in done.output
    with closing(sqlite3.connect(place.folder / "muster.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (newest_migration(),)
        ]
        assert database.execute("SELECT count(*) FROM users").fetchone() == (5,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    place.close()


def test_a_key_of_the_environment_stays_out(
    source: Place, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = (source.folder / "secret_key").read_text()
    monkeypatch.setenv("SECRET_KEY", key)
    file = tmp_path / "without.tar.gz"
    done = Place(source.folder, SECRET_KEY=key).run("backup", file)
    assert "SECRET_KEY is set in the environment" in done.output
    assert "secret_key" not in Archive.read(file).names()
    wrong = Place(tmp_path / "new", SECRET_KEY="another key, which is long enough")
    for one in (file, archive):
        refused = wrong.run("restore", one)
        assert refused.exit_code == 1 and "SECRET_KEY" in refused.output
    right = Place(tmp_path / "new", SECRET_KEY=key)
    assert right.run("restore", file).exit_code == 0
    right.close()


def test_other_keys_are_recognized(source: Place, tmp_path: Path) -> None:
    first, second, third = "e" * 32, "f" * 32, "p" * 32
    file = tmp_path / "keys.tar.gz"
    done = Place(source.folder, ENCRYPTION_KEY=f"{first},{second}", PASSWORD_KEY=third).run("backup", file)
    assert "Keep ENCRYPTION_KEY and PASSWORD_KEY, too" in done.output
    about = json.loads(Archive.read(file).members[0][1])
    assert not any(key in json.dumps(about) for key in (first, second, third))
    refused = Place(tmp_path / "new").run("restore", file)
    assert refused.exit_code == 1 and "The backup needs ENCRYPTION_KEY, which isn’t set" in refused.output
    for keys, sentence in (
        ({"ENCRYPTION_KEY": second}, "ENCRYPTION_KEY isn’t the key of this backup"),
        ({"ENCRYPTION_KEY": first}, "The backup needs PASSWORD_KEY, which isn’t set"),
        ({"ENCRYPTION_KEY": first, "PASSWORD_KEY": second}, "PASSWORD_KEY isn’t the key of this backup"),
    ):
        with pytest.raises(Problem, match=sentence):
            check_other_keys(Settings.from_environment({"DATA_DIR": str(tmp_path)} | keys), about)
    known = {"ENCRYPTION_KEY": f"{second},{first}", "PASSWORD_KEY": third, "DATA_DIR": str(tmp_path)}
    check_other_keys(Settings.from_environment(known), about)
    known["ENCRYPTION_KEY"] = first
    check_other_keys(Settings.from_environment(known), about)  # nothing has the second key
    about["encryption_keys"].append(fingerprint(second))
    with pytest.raises(Problem, match="ENCRYPTION_KEY isn’t the key of this backup"):
        check_other_keys(Settings.from_environment(known), about)


def test_older_keys_are_needed_while_something_has_them(source: Place) -> None:
    first, second, third = "e" * 32, "f" * 32, "g" * 32
    before = source.app.extensions["settings"]
    settings = replace(before, encryption_key=(first, second, third))
    with source.app.app_context(), closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE event_sources (secret, account_id)")  # an older one
        assert needed_keys(settings, database) == [first]
        try:
            for keys in ((third,), (first, second, third)):
                source.app.extensions["settings"] = replace(settings, encryption_key=keys)
                saved = encryption.encrypted_to_save("secret", event_sources.SECRETS)
                database.execute("INSERT INTO event_sources VALUES (?, 1)", [saved])
            assert needed_keys(settings, database) == [first, third]
        finally:
            source.app.extensions["settings"] = before


def test_a_password_key_must_not_be_set_if_the_backup_was_made_without(
    archive: Path, source: Place, tmp_path: Path
) -> None:
    secret_key, folder = (source.folder / "secret_key").read_text().strip(), tmp_path / "new"
    wrong = Place(folder, PASSWORD_KEY="p" * 32)
    refused = wrong.run("restore", archive)
    assert refused.exit_code == 1 and "Unset it: the backup was made without" in refused.output
    right = Place(folder, PASSWORD_KEY=secret_key)
    assert right.run("restore", archive).exit_code == 0, "the key that passwords were hashed with"
    right.close()


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    place = Place(tmp_path / "data", DATABASE_URL="postgresql://nobody@127.0.0.1:1/muster")
    for arguments in (["backup"], ["restore", "backup.tar.gz"]):
        done = place.run(*arguments)
        assert done.exit_code == 1
        assert "pg_dump" in done.output and "uploads" in done.output and "secret_key" in done.output


def test_a_missing_upload_is_said(source: Place, tmp_path: Path) -> None:
    folder = tmp_path / "lost"
    shutil.copytree(source.folder, folder)
    [upload] = folder.glob("uploads/*/*.gz")
    upload.unlink()
    place = Place(folder)
    done = place.run("backup", tmp_path / "lost.tar.gz")
    assert done.exit_code == 0 and f"already missing from {folder / 'uploads'}: {upload.stem}" in done.output
    assert place.run("restore", tmp_path / "lost.tar.gz", "--replace").exit_code == 0
    place.close()


def test_a_damaged_database_is_not_saved(source: Place, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(source.folder, folder)
    with open(folder / "muster.db", "r+b") as file:
        file.seek(8192)
        file.write(os.urandom(200_000))
    place = Place(folder)
    done = place.run("backup", tmp_path / "damaged.tar.gz")
    assert (done.exit_code == 1 and "damaged" in done.output) or "malformed" in done.output
    assert not (tmp_path / "damaged.tar.gz").exists()
    assert not leftovers(tmp_path)
    place.close()


def test_a_full_disk_leaves_nothing(source: Place, archive: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        disk.fill(leave=100_000)
        done = source.run("backup", disk.folder / "backup.tar.gz")
        assert done.exit_code == 1 and "free disk space" in done.output
        assert [path.name for path in disk.folder.iterdir()] == ["filler"]
        disk.empty()
        place = Place(disk.folder / "data")
        done = place.run("restore", archive)
        assert done.exit_code == 1 and "free disk space" in done.output  # MIN_FREE_BYTES
        assert set(place.files()) == {"secret_key"}
        place.close()


def test_a_signal_leaves_nothing(source: Place, tmp_path: Path) -> None:
    """Let a backup wait for the database, and end it."""
    with source.app.app_context():
        engine = transactions.db.engine
    file, main = tmp_path / "backup.tar.gz", threading.main_thread()
    assert main.ident is not None

    def end_when_it_waits() -> None:
        eventually(lambda: leftovers(tmp_path), within=20)
        signal.pthread_kill(main.ident, signal.SIGTERM)

    with transactions.write_lock(engine, 5):
        watcher = threading.Thread(target=end_when_it_waits)
        watcher.start()
        done = source.run("backup", file)
        watcher.join()
    assert done.exit_code == 128 + signal.SIGTERM
    assert not leftovers(tmp_path, source.folder) and not file.exists()


def test_what_a_killed_backup_left_is_deleted(source: Place, tmp_path: Path) -> None:
    left = source.folder / f"{PREFIX}left"
    left.mkdir()
    (left / "muster.db").write_text("half")
    assert source.run("backup", tmp_path / "1.tar.gz").exit_code == 0
    assert left.exists(), "another command may just have made it"
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    assert source.run("backup", tmp_path).exit_code == 0
    assert not left.exists()
    assert len(list(tmp_path.glob("muster-*.tar.gz"))) == 1
