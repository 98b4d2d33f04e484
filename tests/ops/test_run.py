"""`make run` starts, restarts failed processes, stops gracefully, and keeps its data."""

import http.client
import json
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.platform.settings import Settings
from tests.services import prepared
from tests.services.databases import SECRET_KEY
from tests.services.installation import READY, Installation
from tests.services.postgresql import PostgreSQL
from tests.services.valkey import Valkey

Make = Callable[..., Installation]
PROCESSES = ("queue", "web", "worker-1", "clock", "events")


def readiness(site: Installation) -> tuple[int, dict[str, object]]:
    """Return the response of /readyz."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()


def eventually(true: Callable[[], object], within: float = 60) -> None:
    """Wait until a condition is true."""
    give_up = time.monotonic() + within
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def queue_of(site: Installation) -> "Redis[bytes]":
    """Return a client of the installation's queue."""
    return Redis.from_url(Settings.from_environment(site.environment).queue_url)


def nothing_runs(site: Installation) -> bool:
    return not any(site.is_running(name) for name in (*PROCESSES, "supervisor", "muster"))


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation for all tests that need no folder or settings of their own."""
    made = Installation(tmp_path_factory.mktemp("shared") / "data", WORKERS="1")
    yield made
    if _runs(made):
        made.stop()


@pytest.fixture
def site(shared_site: Installation) -> Installation:
    """The same, running; the test before may have stopped it."""
    return shared_site if _runs(shared_site) else shared_site.start()


def _runs(site: Installation) -> bool:
    return site.process is not None and site.process.poll() is None


def test_doctor_finds_nothing_wrong(site: Installation) -> None:
    eventually(lambda: site.command("doctor").returncode == 0)
    shown = site.command("doctor").stdout.splitlines()
    assert shown[-1] == "Everything is all right.", shown
    assert any(line.startswith("ok       Workers: 1 worker running") for line in shown)


def test_starts_heals_and_ends(site: Installation) -> None:
    assert len(site.output.splitlines()) == 3
    assert site.output.splitlines()[-1] == f"{READY}{site.url}"
    assert readiness(site)[0] == 200

    queue_of(site).set("kept", "yes")
    time.sleep(1.5)  # the append-only file is written every second
    for name in PROCESSES:
        before = site.kill(name)
        eventually(lambda name=name, before=before: site.is_running(name) and site.pid_of(name) != before)
    eventually(lambda: readiness(site)[0] == 200)
    assert "worker-1   exited unexpectedly" in site.output
    assert queue_of(site).get("kept") == b"yes"

    assert site.stop() == 0
    assert nothing_runs(site)
    assert site.output.splitlines()[-1] == "Muster has stopped."
    assert "Traceback" not in site.output

    site.start()
    assert queue_of(site).get("kept") == b"yes"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's processes are forks")
def test_processes_are_forks_of_one_that_has_loaded_everything(site: Installation) -> None:
    supervisor = site.pid_of("supervisor")
    for name in ("web", "worker-1", "clock", "events"):
        assert command_line(site.pid_of(name)) == command_line(supervisor)
    assert len(list(Path(f"/proc/{supervisor}/task").iterdir())) == 1, "a thread would not survive"
    assert command_line(site.pid_of("queue")) != command_line(supervisor)


def command_line(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def test_ends_within_ten_seconds_whatever_is_under_way(site: Installation) -> None:
    """Stop the installation while a worker and the web server are frozen."""
    for name in ("worker-1", "web"):
        site.kill(name, signal.SIGSTOP)
    began = time.monotonic()
    assert site.stop() == 0
    assert time.monotonic() - began < 10
    assert nothing_runs(site)
    words = "Waiting for open web requests and the current batch in worker-1, up to 4 seconds…"
    assert words in site.output
    site.start()
    assert readiness(site)[0] == 200


def test_all_end_when_the_supervisor_is_killed(site: Installation) -> None:
    site.kill("supervisor")
    assert site.wait() == 1
    assert nothing_runs(site)
    assert "the supervisor exited unexpectedly (SIGKILL)" in site.output
    site.start()
    assert readiness(site)[0] == 200


def test_start_after_everything_above_was_killed(site: Installation) -> None:
    workers = site.pid_of("worker-1")
    site.kill("supervisor", signal.SIGSTOP)
    site.kill("muster")
    site.kill("supervisor")
    site.wait()
    site.start()
    assert site.pid_of("worker-1") != workers
    assert readiness(site)[0] == 200
    assert site.stop() == 0
    assert nothing_runs(site)


def test_database_is_of_this_version(site: Installation) -> None:
    with sqlite3.connect(site.data_dir / "muster.db") as database:
        assert database.execute("select count(*) from alembic_version").fetchone() == (1,)


def test_only_once_in_a_folder(site: Installation) -> None:
    second = Installation(site.data_dir)
    second.begin()
    assert second.wait() == 1
    sentence = f"Muster is already running in {site.data_dir} (process {site.pid_of('muster')})."
    assert second.output.startswith(f"Muster can’t run: {sentence}")
    assert len(second.output.splitlines()) == 1
    assert readiness(site)[0] == 200


def test_strange_folder_names(installation: Make) -> None:
    site = installation()
    folder = site.data_dir / 'a "b" %(c)s ; # d' / ("long" * 30)
    strange = Installation(folder, PORT=str(site.port), WORKERS="1")
    try:
        strange.start()
        assert readiness(strange)[0] == 200
        assert strange.stop() == 0
        assert nothing_runs(strange)
    finally:
        if strange.process is not None and strange.process.poll() is None:
            strange.stop()


def test_parts_on_machines_of_their_own(
    installation: Make, postgresql_server: Callable[[], PostgreSQL], valkey: Valkey
) -> None:
    server = postgresql_server()
    server.create_database("outgrown", template=prepared.NAME)
    shared = {
        "DATABASE_URL": server.url("outgrown"),
        "REDIS_URL": valkey.url,
        "SECRET_KEY": SECRET_KEY,
        "WORKERS": "1",
    }
    web = installation(part="web", **shared).start()
    assert readiness(web)[1]["workers"] is False
    workers = installation(part="workers", **shared).start()
    assert "1 worker and the clock" in workers.output
    eventually(lambda: readiness(web)[0] == 200)
    assert [name for name in PROCESSES if web.is_running(name)] == ["web", "events"]
    assert [name for name in PROCESSES if workers.is_running(name)] == ["worker-1", "clock"]
    assert not list(web.data_dir.glob("*.db")) and not list(web.data_dir.glob("queue/*"))
    for site in (web, workers):
        assert site.stop() == 0
        assert nothing_runs(site)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "many"}, "PORT must be a whole number"),
        ({"PORT": "70000"}, "PORT must be from 1 to 65,535"),
        ({"HOST": "192.0.2.1"}, "HOST 192.0.2.1 isn’t an address of this machine."),
        (
            {"HOST": "no-such-host.invalid"},
            "HOST no-such-host.invalid isn’t a known address.",
        ),
        ({"part": "workers"}, "“python -m ops workers” is for several machines, which share a database"),
        ({"MUSTER_COLOUR": "red"}, "MUSTER_COLOUR isn’t a Muster setting."),
        ({"DATA_DIR": "/dev/null/muster"}, "DATA_DIR /dev/null/muster isn’t writable"),
        ({"REDIS_URL": "redis://:hunter2@127.0.0.1:1/0"}, "The queue at REDIS_URL isn’t responding"),
        (
            {"DATABASE_URL": "postgresql://nobody:hunter2@127.0.0.1:1/muster"},
            "The database at DATABASE_URL can’t be opened",
        ),
    ],
)
def test_one_clear_sentence(installation: Make, settings: dict[str, str], sentence: str) -> None:
    site = installation(**settings)
    site.begin()
    assert site.wait() == 1
    assert f"Muster can’t run: {sentence}" in site.output
    assert "Traceback" not in site.output and "hunter2" not in site.output
    assert len(site.output.splitlines()) <= 2


def test_port_in_use(installation: Make) -> None:
    site = installation()
    with socket.socket() as other:
        other.bind(("127.0.0.1", site.port))
        other.listen(1)
        site.begin()
        assert site.wait() == 1
    assert f"Port {site.port} on 127.0.0.1 is already in use." in site.output
    assert "Traceback" not in site.output
