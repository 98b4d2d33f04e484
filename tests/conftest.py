"""What all tests share: the databases, the queue and the people. Everything is real; nothing is pretended.

`app` is bound to a database with people in it, put back to the same state before each test; `fresh_app` has
nobody in it. Tests that use either run on each database that `--database` names.
"""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq.serializers import JSONSerializer

from app.accounts.application import change_business
from app.platform import formats, logs, queue
from tests.people import Person, sign_in
from tests.services.databases import Database
from tests.services.installation import Installation
from tests.services.postgresql import PostgreSQL
from tests.services.valkey import Valkey
from worker import TaskWorker

KINDS = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=sorted(KINDS), default="sqlite", help="databases to run on")
    parser.addoption("--rounds", type=int, default=10, help="how often a chaos test kills")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        kinds = KINDS[metafunc.config.getoption("--database")]
        metafunc.parametrize("database_kind", kinds, scope="session", indirect=True)


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`; a test that asks for it runs once on each that was chosen."""
    return str(request.param)


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> int:
    """How often a chaos test kills."""
    return int(pytestconfig.getoption("--rounds"))


@pytest.fixture(autouse=True)
def nobody_is_at_work() -> None:
    """What a request or a task sets for its own length does not reach the next test."""
    formats.zone.set("UTC")
    logs.origin.set(None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[], PostgreSQL]]:
    """Returns the PostgreSQL of this session, started at the first call."""
    servers: list[PostgreSQL] = []

    def server() -> PostgreSQL:
        if not servers:
            servers.append(PostgreSQL().start())
        return servers[0]

    yield server
    for running in servers:
        running.remove()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """The queue of this session. Tests that kill one start their own."""
    server = Valkey().start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def databases() -> dict[str, Database]:
    """The databases made so far, by kind."""
    return {}


@pytest.fixture
def database(
    database_kind: str,
    databases: dict[str, Database],
    tmp_path_factory: pytest.TempPathFactory,
    postgresql_server: Callable[[], PostgreSQL],
    valkey: Valkey,
) -> Iterator[Database]:
    """The database of this test, in an undefined state: `app` and `fresh_app` restore it."""
    if database_kind not in databases:
        folder = tmp_path_factory.mktemp(database_kind)
        databases[database_kind] = Database(database_kind, folder, valkey.url, postgresql_server)
    valkey.flush()
    yield databases[database_kind]
    databases[database_kind].close()


@pytest.fixture
def app(database: Database) -> Flask:
    """The app with Alice, Bob, Vera, Sam and Mallory in it."""
    database.restore("people")
    return database.app


@pytest.fixture
def fresh_app(database: Database) -> Flask:
    """The app as it is after the first start: nobody owns it yet."""
    database.restore("fresh")
    return database.app


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser in which nobody has signed in."""
    return app.test_client()


@pytest.fixture
def alice(app: Flask) -> Person:
    """Owns the agency."""
    return sign_in(app, "alice")


@pytest.fixture
def bob(app: Flask) -> Person:
    """Alice's marketer."""
    return sign_in(app, "bob")


@pytest.fixture
def vera(app: Flask) -> Person:
    """May only look."""
    return sign_in(app, "vera")


@pytest.fixture
def sam(app: Flask) -> Person:
    """Owns a sub-account of the agency."""
    return sign_in(app, "sam")


@pytest.fixture
def mallory(app: Flask) -> Person:
    """Owns an account somewhere else."""
    return sign_in(app, "mallory")


@pytest.fixture
def postal_address(app: Flask, alice: Person) -> None:
    """The agency's business details hold what every marketing email must include."""
    with app.app_context():
        change_business(alice.actor, {"postal_address": "1 Quay Street\nBristol"})


@pytest.fixture
def run_tasks(database: Database, valkey: Valkey) -> Callable[[], bool]:
    """Returns a function that lets a real worker empty all queues and says whether it had work."""

    def run() -> bool:
        handlers = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}
        connection = Redis.from_url(valkey.url)
        worker = TaskWorker(list(queue.QUEUES), connection=connection, serializer=JSONSerializer)
        worker.app = database.app
        try:
            return worker.work(burst=True, logging_level="WARNING")
        finally:
            connection.close()
            for kind, handler in handlers.items():
                signal.signal(kind, handler)

    return run


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes whole installations (not started yet) and ends them after the test."""
    made: list[Installation] = []

    def make(**settings: str) -> Installation:
        made.append(Installation(tmp_path / f"data-{len(made)}", **settings))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None and one.process.poll() is None:
            one.stop()
