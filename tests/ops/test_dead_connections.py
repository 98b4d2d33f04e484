"""PostgreSQL unavailable: silent connections, a server that is down, out of connections, or back again."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from app import create_app
from app.accounts.application.api_tokens import create_token
from app.bulk_enrollment.domain.job import FINISHED
from app.platform.database import db
from app.platform.settings import Settings
from app.platform.tenancy import row_security
from tests.people import create_people, sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active
from tests.services import prepared
from tests.services.installation import Installation
from tests.services.postgresql import PostgreSQL
from tests.services.severable_proxy import SeverableProxy

ROWS = 6_000
THREADS = 8  # of the web server, each with a connection
PAGE, JOBS = "/", "/api/v1/bulk-enrollment/jobs"


class Bench:
    """An installation whose database connections go through a severable proxy."""

    def __init__(self, server: PostgreSQL, folder: Path) -> None:
        self.server = server
        server.create_database("wired", template=prepared.NAME)
        self.wire = SeverableProxy(server.port)
        url = server.url("wired")
        wired = url.replace(f":{server.port}/", f":{self.wire.port}/")
        limits = {"MAX_CONTACTS_PER_JOB": str(ROWS), "BATCH_RETRY_SECONDS": "1,1,1"}
        self.site = Installation(folder / "data", DATABASE_URL=wired, **limits).start()
        self.app = create_app(Settings.from_environment(self.site.environment | {"DATABASE_URL": url}))
        with self.app.app_context():
            create_people()
            alice = sign_in(self.app, "alice").actor
            _, self.token = create_token(alice, name="Program", scopes=["report:view"], days=None)
        self.trial = Trial(self.app, sign_in(self.app, "bob").actor, lambda: False)

    def end(self) -> None:
        self.wire.mend()
        self.site.stop()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.wire.close()

    def get(self, path: str) -> tuple[int, str, float]:
        """Request a page, or the API with a token; return (status, text, seconds)."""
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/") else {}
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), time.monotonic() - began
        finally:
            connection.close()

    def use_all_connections(self) -> None:
        """Send concurrent requests, so that every thread of the web server opens a connection."""
        for _ in range(30):
            assert self.get("/")[0] == 303


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    server = prepared.postgresql(max_connections="25").start()
    made = Bench(server, tmp_path_factory.mktemp("wired"))
    yield made
    made.end()
    server.remove()


def eventually(true: Callable[[], object], within: float) -> float:
    """Wait until a condition is true; return the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within
        time.sleep(0.05)
    return time.monotonic() - began


def test_pages_while_nothing_gets_through_and_afterwards(bench: Bench) -> None:
    bench.use_all_connections()
    bench.wire.cut()
    for path in ("/", "/readyz", "/"):
        status, text, seconds = bench.get(path)
        assert status == 503 and seconds < 5, (path, status, seconds, bench.site.log("web")[-900:])
        assert "Traceback" not in text
        assert path == "/readyz" or "reach its database right now" in text
    assert '"database":false' in bench.get("/readyz")[1].replace(" ", "")
    assert bench.get("/healthz")[0] == 200
    bench.wire.mend()
    status, _, seconds = bench.get("/")
    assert status == 303 and seconds < 5


@pytest.mark.parametrize("how", ["stopped", "killed", "restarted"])
def test_the_server_is_down_and_comes_back(bench: Bench, how: str) -> None:
    """While it is down all requests get 503, and afterward each connection at most one more does."""
    bench.use_all_connections()
    for _ in range(THREADS):
        assert [bench.get(path)[0] for path in (PAGE, JOBS)] == [303, 200]
    (bench.server.kill if how == "killed" else bench.server.stop)()
    if how != "restarted":
        for path in (PAGE, JOBS, PAGE, JOBS):
            status, text, seconds = bench.get(path)
            assert status == 503 and seconds < 5 and "reach its database right now" in text, text
    bench.server.start()
    statuses = [bench.get(path)[0] for _ in range(2 * THREADS) for path in (PAGE, JOBS)]
    assert set(statuses) <= {303, 200, 503} and statuses[-10:] == [303, 200] * 5, statuses
    assert statuses.count(503) <= THREADS


def test_a_busy_server_may_take_long_to_answer_a_new_connection(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a ping may take; nothing says that the connection is dead."""
    monkeypatch.setattr(row_security, "_IS_UP", "SELECT true FROM pg_sleep(1.7)")
    with bench.app.app_context():
        db.session.remove()
        db.engine.dispose()
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 7").scalar() == 7


def test_connections_are_ended_while_they_are_in_use(bench: Bench) -> None:
    """As by an administrator, again and again while requests arrive: no request gets an error of ours."""
    over = threading.Event()
    statuses: list[int] = []

    def ask(path: str) -> None:
        while not over.is_set():
            statuses.append(bench.get(path)[0])

    threads = [threading.Thread(target=ask, args=(path,)) for path in (PAGE, JOBS, JOBS)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        time.sleep(0.25)
        bench.server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'wired'")
    over.set()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {303, 200, 503}, statuses
    for path, status in ((PAGE, 303), (JOBS, 200)):
        eventually(lambda path=path, status=status: bench.get(path)[0] == status, within=10)


@pytest.mark.parametrize("seconds", [0, 8])
def test_a_job_goes_on(bench: Bench, seconds: float) -> None:
    """Connections are cut while batches run and stay dead; new ones work."""
    workflow = active(bench.app, bench.trial.actor, f"Cut for {seconds} seconds")
    job = bench.trial.start(lines(*addresses(ROWS, first=1 + ROWS * seconds)), workflow, missing="create")
    eventually(lambda: bench.trial.progress(job).processed > 0, within=60)
    bench.wire.cut()
    time.sleep(seconds)
    bench.wire.mend()
    before = bench.trial.progress(job).processed
    assert before < ROWS
    took = eventually(lambda: bench.trial.progress(job).processed > before, within=30)
    print(f"went on after {took:.1f} s")
    eventually(lambda: bench.trial.job(job).status in FINISHED, within=90)
    bench.trial.holds(job)
    assert bench.trial.job(job).totals == {"ENROLLED": ROWS}


def test_no_connection_is_left(bench: Bench) -> None:
    url = bench.site.environment["DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
    taken: list[psycopg.Connection] = []
    bench.wire.cut()  # so that the web server needs new ones
    bench.wire.mend()
    try:
        with pytest.raises(psycopg.OperationalError, match=r"too many|reserved"):
            while True:
                taken.append(psycopg.connect(url))
        for path in ("/", "/readyz"):
            status, text, seconds = bench.get(path)
            assert status in (303, 503) if path == "/" else status in (200, 503)
            assert seconds < 5 and "Traceback" not in text
            statuses = [bench.get("/")[0] for _ in range(6)]
            assert 500 not in statuses
    finally:
        for connection in taken:
            connection.close()
    eventually(lambda: bench.get("/readyz")[0] == 200, within=30)
