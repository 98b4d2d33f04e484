"""`flask doctor` says what is wrong with an installation, and what to do."""

import io
import json
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.infrastructure.tables import Account
from app.bulk_enrollment.domain.selection import ManualSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.engine.application.moving import MOVE_TASK
from app.engine.infrastructure.tables import Enrollment
from app.files import application as files
from app.home.application.doctor import protection, settings
from app.messaging.domain.states import State
from app.messaging.infrastructure.servers import name_servers
from app.messaging.infrastructure.tables import Message
from app.platform import doctor, queue
from app.platform.clock import now
from app.platform.database import db
from app.platform.errors import Unavailable
from app.platform.places import events_socket
from app.platform.settings import Settings
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import campaign
from tests.rooms.messaging.settings_page import PASSWORD, SENDER, connect
from tests.services.databases import SECRET_KEY
from tests.services.mail_server import mail_server
from tests.services.name_server import name_server
from tests.services.valkey import Valkey
from tests.unit.workflows.documents import step

Change = Callable[..., Settings]


@pytest.fixture
def change(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Change settings of the app."""

    def changed(**values: Any) -> Settings:
        settings = replace(app.extensions["settings"], **values)
        monkeypatch.setitem(app.extensions, "settings", settings)
        return settings

    return changed


@pytest.fixture
def well(app: Flask, change: Change, tmp_path: Path, valkey: Valkey) -> Iterator[Path]:
    """Let all be as it is while Muster runs; the folder of data."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    settings = change(data_dir=folder, min_free_bytes=0)
    if settings.is_sqlite:
        Path(settings.database_url.removeprefix("sqlite:///")).chmod(0o600)
    place = events_socket(settings)
    place.parent.mkdir(parents=True, exist_ok=True)
    valkey.client().config_set("appendonly", "yes")
    with app.app_context():
        queue.give_sign("worker")
        queue.give_sign("clock")
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(place))
        listener.listen()
        yield folder
    shutil.rmtree(place.parent)
    valkey.client().config_set("appendonly", "no")


def examined(app: Flask, code: int = 0) -> dict[str, tuple[str, str]]:
    """{check: its status, and its sentences}, of a run that ends with an exit code."""
    ended = app.test_cli_runner().invoke(args=["doctor", "--json"])
    found = json.loads(ended.stdout)
    assert ended.exit_code == code, [one for one in found["checks"] if one["status"] != "ok"]
    return {one["name"]: (one["status"], f"{one['found']} {one['advice']}") for one in found["checks"]}


def faults(app: Flask, code: int = 0) -> dict[str, tuple[str, str]]:
    return {name: both for name, both in examined(app, code).items() if both[0] != "ok"}


def test_all_is_well(app: Flask, well: Path) -> None:
    before = sorted(well.rglob("*"))
    assert faults(app) == {}
    shown = app.test_cli_runner().invoke(args=["doctor"])
    *lines, end = shown.output.splitlines()
    assert end == "Everything is all right." and shown.exit_code == 0
    assert all(line.startswith("ok       ") for line in lines) and len(lines) >= 20
    assert sorted(well.rglob("*")) == before, "it changes nothing"


def test_the_queue_is_down(app: Flask, well: Path, change: Change) -> None:
    own = Valkey().start()
    client = app.extensions["queue"]
    try:
        queue.init(app, own.url)
        own.kill()
        found = faults(app, 1)
    finally:
        own.remove()
        app.extensions["queue"] = client
    level, text = found["queue"]
    assert level == "problem" and "can’t be reached" in text and "correct REDIS_URL" in text
    assert found["workers"][0] == found["clock"][0] == found["queued_tasks"][0] == "warning"
    assert "system_clock" not in found


def test_a_queue_that_forgets(app: Flask, well: Path, valkey: Valkey) -> None:
    client = valkey.client()
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("maxmemory", 1_000_000)
    try:
        level, text = faults(app, 1)["queue"]
    finally:
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")
    assert level == "problem" and "config set maxmemory-policy noeviction" in text
    assert "Raise maxmemory" in text


def test_tasks_that_wait(app: Flask, well: Path, valkey: Valkey) -> None:
    with app.app_context():
        assert queue.send(MOVE_TASK, 1, 1)
    assert "1 task waiting" in examined(app)["queued_tasks"][1]
    [task] = valkey.client().keys("rq:job:*")
    valkey.client().hset(task, "enqueued_at", "2026-01-01T00:00:00.000000Z")
    level, text = faults(app)["queued_tasks"]
    assert level == "warning" and "in the queue “steps” (1 in it)" in text and "raise WORKERS" in text


def test_processes_that_are_gone_or_of_another_version(app: Flask, well: Path, valkey: Valkey) -> None:
    client = valkey.client()
    [worker] = client.keys("muster:process:worker:*")
    [clock] = client.keys("muster:process:clock:*")
    client.set(worker, "0001_first", ex=3600)
    client.set(clock, "0001_first", ex=3000)
    found = faults(app, 1)
    assert found["workers"][0] == "warning" and "0001_first" in found["workers"][1]
    assert found["clock"][0] == "problem" and "last gave a sign 10 minutes ago" in found["clock"][1]
    client.set(worker, "0001_first", ex=3480)
    client.delete(clock)
    found = faults(app, 1)
    assert found["workers"][0] == "problem" and "stopped 2 minutes ago" in found["workers"][1]
    assert found["clock"][0] == "problem" and "make run" in found["clock"][1]


@pytest.mark.parametrize("version, words", [("0001_first", "flask db upgrade"), ("9999_x", "newer than")])
def test_other_migrations(app: Flask, well: Path, version: str, words: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{version}'"))
    found = faults(app, 1)
    assert found["migrations"][0] == "problem" and words in found["migrations"][1]
    assert found["jobs"] == (
        "warning",
        "Not checked. Solve the problem with the database first, and run flask doctor again.",
    )


@pytest.mark.only_on("sqlite", "PostgreSQL has no file")
def test_a_damaged_and_a_missing_file(well: Path, database: Any, tmp_path: Path) -> None:
    place = tmp_path / "other.db"
    app = database.make_app(DATABASE_URL=f"sqlite:///{place}", DATA_DIR=well)
    found = faults(app, 1)
    assert found["database"][0] == "problem" and "doesn’t exist" in found["database"][1]
    assert not place.exists()
    page, content = 4096, bytearray(Path(database.url.removeprefix("sqlite:///")).read_bytes())
    content[40 * page : 44 * page] = b"x" * 4 * page
    place.write_bytes(content)
    place.chmod(0o600)
    level, text = faults(app, 1)["database_content"]
    assert level == "problem" and "damaged" in text and "backup" in text


@pytest.mark.only_on("postgresql", "SQLite needs no server")
def test_a_server_that_is_not_there(well: Path, database: Any) -> None:
    url = "postgresql://alice:geheim-77@127.0.0.1:1/nothing"
    app = database.make_app(DATABASE_URL=url, DATA_DIR=well)
    found = faults(app, 1)
    assert found["database"][0] == "problem" and "DATABASE_URL" in found["database"][1]
    assert "geheim" not in str(found) and "alice" not in str(found)


@pytest.mark.only_on("postgresql", "SQLite has no such settings")
def test_settings_of_the_server(app: Flask, well: Path) -> None:
    def alter(change: str) -> None:
        with app.app_context():
            with db.engine.execution_options(cross_account=True).begin() as connection:
                name = connection.scalar(sa.text("SELECT current_database()"))
                connection.execute(sa.text(f"ALTER DATABASE {name} {change}"))
            db.engine.dispose()

    alter("SET default_transaction_isolation = 'serializable'")
    try:
        level, text = faults(app, 1)["database_content"]
    finally:
        alter("RESET default_transaction_isolation")
    assert level == "problem" and "Transactions are serializable" in text
    assert "default_transaction_isolation to 'read committed'" in text


def test_settings_and_file_modes(app: Flask, well: Path, change: Change) -> None:
    well.chmod(0o755)
    (well / "secret_key").write_text("x" * 40)
    (well / "secret_key").chmod(0o644)
    change(
        host="0.0.0.0",
        secret_key="x" * 40,
        mail_url="smtp://u:hidden@203.0.113.1",
        webhook_private_addresses=1,
        max_contacts_per_job=1000,
        highest_contacts_per_job=10,
    )
    with app.app_context():
        assert settings.secret_key().level == "problem"
        assert "PUBLIC_URL" in settings.public_address().advice
        assert "raise HIGHEST_CONTACTS_PER_JOB" in settings.limits().advice
        both = settings.connections()
        assert "starttls://" in both.advice and "WEBHOOK_PRIVATE_ADDRESSES" in both.advice
        modes = protection.file_modes()
        assert modes.level == "problem" and f"chmod 700 {well}" in modes.advice
        assert f"chmod 600 {well}/secret_key" in modes.advice
        change(public_url="https://muster.example.com")
        assert "TRUSTED_PROXIES" in settings.public_address().advice
        change(trusted_proxies=1)
        assert settings.public_address().level == "ok"


def test_a_full_disk_and_a_missing_upload(app: Flask, alice: Person, well: Path, change: Change) -> None:
    with app.app_context():
        upload = files.keep(alice.actor, io.BytesIO(b"Email\na@example.com\n"), "people.csv")
    assert faults(app) == {}
    change(min_free_bytes=10**18)
    for stored in (well / "uploads").glob("*/*.gz"):
        stored.unlink()
    found = faults(app, 1)
    assert found["disk_space"][0] == "problem" and "MIN_FREE_BYTES" in found["disk_space"][1]
    assert found["uploads"][0] == "problem" and "Restore the folder from a backup" in found["uploads"][1]
    assert upload is not None


def test_mail_servers_that_refuse_or_hang(
    app: Flask, alice: Person, well: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_servers, "QUERY_SECONDS", 0.2)
    change(public_url="http://localhost", dns_servers=(("127.0.0.1", 1),))
    with mail_server(login=("alice", PASSWORD)) as server, socket.create_server(("127.0.0.1", 0)) as silent:
        connect(alice, server.port, user="alice", password=PASSWORD)
        change(mail_url=f"smtp://alice:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{server.port}")
        found = examined(app, 1)
        assert found["mail_servers"][0] == found["system_mail"][0] == "ok" and server.received == []
        assert found["sending_domains"][0] == "problem" and "DNS_SERVERS" in found["sending_domains"][1]

        alice.post(
            "/settings/email",
            {
                "host": "127.0.0.1",
                "port": str(silent.getsockname()[1]),
                "security": "none",
                "user": "alice",
                "password": PASSWORD,
            },
        )
        change(mail_url=f"smtp://alice:wrong@127.0.0.1:{server.port}")
        began = time.monotonic()
        found = examined(app, 1)
        assert time.monotonic() - began < 15
    level, text = found["mail_servers"]
    assert level == "problem" and "didn’t respond in time" in text and "Settings > Email" in text
    level, text = found["system_mail"]
    assert level == "problem" and "refused the user name or password" in text and "MAIL_URL" in text
    for secret in (PASSWORD, "alice", "127.0.0.1", SECRET_KEY, SENDER["address"]):
        assert secret not in str(found)


def test_records_of_senders(app: Flask, alice: Person, well: Path, change: Change) -> None:
    with name_server() as names, mail_server() as server:
        connect(alice, server.port)
        change(public_url="http://localhost", dns_servers=(names.address,))
        names.records = {"example.com": ["v=spf1 ip4:127.0.0.1 -all"]}
        level, text = examined(app)["sending_domains"]
        assert level == "warning" and "example.com (DMARC)" in text
        names.records["_dmarc.example.com"] = ["v=DMARC1; p=none; rua=mailto:d@example.com"]
        assert examined(app)["sending_domains"][0] == "ok"


def test_work_that_nobody_goes_on_with(app: Flask, alice: Person, well: Path) -> None:
    """A job, a lease, a message, and an enrollment of long ago."""
    campaign(app, alice.actor, step("last", "add_tag", tag="Last")).enroll(
        [add(app, alice.actor, "a@example.com")]
    )
    long_ago = now().replace(year=2020, day=1)
    account = {"account_id": alice.actor.account_id}
    with app.app_context(), db.engine.execution_options(cross_account=True).begin() as connection:
        job = {"public_id": "1", "kind": "enroll", "selection": ManualSelection(())}
        write(connection, EnrollmentJob, **account, id=1, status="processing", updated_at=long_ago, **job)
        batch = {"id": 1, "job_id": 1, "number": 1, "first_row": 1, "last_row": 1}
        write(connection, EnrollmentBatch, **account, **batch, status="processing", lease_until=long_ago)
        message = {"token": "1", "channel": "email", "step_id": "a", "visit": 1, "due_at": long_ago}
        ids = dict.fromkeys(("workflow_id", "version_id", "enrollment_id", "contact_id"), 1)
        sending = {"state": State.SENDING.value, "lease_until": long_ago}
        write(connection, Message, **account, **message, **ids, **sending)
        waiting = {**message, "token": "2", "visit": 2, "state": State.PLANNED.value}
        write(connection, Message, **account, **waiting, **ids)
        connection.execute(sa.update(Enrollment).where(Enrollment.status == "active").values(due_at=long_ago))
    found = faults(app, 1)
    assert set(found) == {"jobs", "leases", "outbox", "overdue_enrollments"}
    assert "People in 1 workflow should have moved on" in found["overdue_enrollments"][1]
    assert "1 job made no progress" in found["jobs"][1] and "clock process" in found["jobs"][1]
    assert "1 lease expired" in found["leases"][1]
    assert "marks them as uncertain" in found["outbox"][1]
    assert "Messages of 1 account should have left" in found["outbox"][1]
    with app.app_context(), db.engine.execution_options(cross_account=True).begin() as connection:
        connection.execute(sa.update(Account).values(suspended_at=now()))
    found = faults(app, 1)
    assert set(found) == {"outbox"} and "should have left" not in found["outbox"][1], "the rest may wait"


def write(connection: sa.Connection, table: Any, **values: Any) -> None:
    connection.execute(sa.insert(table.__table__).values(**values))


def test_a_check_that_hangs_or_fails(app: Flask, well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang() -> doctor.Result:
        time.sleep(60)
        return doctor.ok("")

    def fail() -> doctor.Result:
        raise Unavailable("UNAVAILABLE", "secret of alice")

    monkeypatch.setattr(
        doctor,
        "_CHECKS",
        {
            "hangs": doctor.Check("hangs", "Hangs", hang, seconds=0.3),
            "fails": doctor.Check("fails", "Fails", fail),
        },
    )
    began = time.monotonic()
    found = examined(app, 1)
    assert time.monotonic() - began < 5
    assert found["hangs"][0] == "problem" and "No result within 0.3 seconds" in found["hangs"][1]
    assert found["fails"] == (
        "problem",
        "This check failed (Unavailable). Report this as an error of Muster.",
    )
