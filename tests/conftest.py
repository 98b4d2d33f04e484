"""Shared fixtures: databases, queue, people, installations. Services are real; nothing is mocked.

`app` has a database with people, restored before each test; `fresh_app` has no users. Tests with either run
on each database selected with `--database`.
"""

import gc
import signal
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from redis import Redis
from rq.serializers import JSONSerializer

from app.accounts.application import change_business
from app.platform import logs, queue
from app.platform.text import formats
from tests.people import Person, Program, program_of, sign_in
from tests.services import prepared
from tests.services.databases import Database
from tests.services.installation import Installation
from tests.services.postgresql import PostgreSQL
from tests.services.valkey import Valkey
from worker import TaskWorker

if TYPE_CHECKING:
    from tests.services.s3_server import S3Server

KINDS = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=sorted(KINDS), default="sqlite", help="databases to run on")
    help_of_rounds = "how often a chaos test kills; with 1, some other tests do less, too"
    parser.addoption("--rounds", type=int, default=10, help=help_of_rounds)


def pytest_configure(config: pytest.Config) -> None:
    """Let hypothesis try the same examples each time if there is one round, so that a run of all tests does
    not fail by chance; more rounds try others."""
    settings.register_profile("same", derandomize=True, deadline=None)
    settings.load_profile("same" if config.getoption("--rounds") == 1 else "default")
    if not hasattr(config, "workerinput"):
        prepared.share()
        config.pluginmanager.register(FailureLines(config))


class FailureLines:
    """Name each failed test as soon as it has failed. Otherwise a run that is cut off would not say it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            lines = report.longreprtext.strip().splitlines()
            writer = self._config.get_terminal_writer()
            writer.line(f"\nFAILED {report.nodeid} ({report.when})")
            writer.line("\n".join(lines[-3:]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        kinds = KINDS[metafunc.config.getoption("--database")]
        if metafunc.definition.get_closest_marker("one_database"):
            kinds = kinds[:1]
        metafunc.parametrize("database_kind", kinds, scope="session", indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out cases that are marked `only_on` another database, instead of skipping them."""
    left_out = [item for item in items if _is_for_another_database(item)]
    items[:] = [item for item in items if not _is_for_another_database(item)]
    config.hook.pytest_deselected(items=left_out)


def _is_for_another_database(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("only_on")
    if mark is None:
        return False
    assert mark.args[0] in KINDS["both"], f"{item.nodeid} is marked for an unknown database"
    assert item.get_closest_marker("one_database") is None, f"{item.nodeid} might run on no database"
    return item.callspec.params["database_kind"] != mark.args[0]  # type: ignore[attr-defined, no-any-return]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process run all tests that share an installation."""
    if config.getoption("dist") != "loadfile":
        return None
    from tests.services.scheduling import InstallationScheduling

    return InstallationScheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage. The tests live as long as the process, so later searches pass
    over them, too: in millions of objects, each would take seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`; tests run once for each selected database."""
    return str(request.param)


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> int:
    """Number of kills in a chaos test; 1 in a run of all tests, in which others do less, too."""
    return int(pytestconfig.getoption("--rounds"))


@pytest.fixture(autouse=True)
def reset_context() -> None:
    """Reset context variables that requests and tasks set, so that they do not leak into the next test."""
    formats.zone.set("UTC")
    logs.origin.set(None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[], PostgreSQL]]:
    """Function that returns the session's PostgreSQL server, started at the first call."""
    servers: list[PostgreSQL] = []

    def server() -> PostgreSQL:
        if not servers:
            servers.append(prepared.postgresql().start())
        return servers[0]

    yield server
    for running in servers:
        running.remove()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """The session's queue server. Tests that kill a server start their own."""
    server = Valkey().start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def s3_server() -> Iterator["S3Server"]:
    """The session's S3 server, which only tests that ask for it start."""
    from tests.services.s3_server import S3Server

    server = S3Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def databases() -> dict[str, Database]:
    """Databases created so far, by kind."""
    return {}


@pytest.fixture
def database(
    database_kind: str,
    databases: dict[str, Database],
    tmp_path_factory: pytest.TempPathFactory,
    postgresql_server: Callable[[], PostgreSQL],
    valkey: Valkey,
) -> Iterator[Database]:
    """The test's database, in an undefined state; `app` and `fresh_app` restore it."""
    if database_kind not in databases:
        folder = tmp_path_factory.mktemp(database_kind)
        databases[database_kind] = Database(database_kind, folder, valkey.url, postgresql_server)
    valkey.flush()
    yield databases[database_kind]
    databases[database_kind].close()


@pytest.fixture
def app(database: Database) -> Flask:
    """The app with Alice, Bob, Vera, Sam, and Mallory."""
    database.restore("people")
    return database.app


@pytest.fixture
def fresh_app(database: Database) -> Flask:
    """The app after its first start, without an owner."""
    database.restore("fresh")
    return database.app


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture
def alice(app: Flask) -> Person:
    """Owns the agency."""
    return sign_in(app, "alice")


@pytest.fixture
def bob(app: Flask) -> Person:
    """Marketer in Alice's agency."""
    return sign_in(app, "bob")


@pytest.fixture
def vera(app: Flask) -> Person:
    """Viewer in Alice's agency."""
    return sign_in(app, "vera")


@pytest.fixture
def sam(app: Flask) -> Person:
    """Owns a sub-account of the agency."""
    return sign_in(app, "sam")


@pytest.fixture
def mallory(app: Flask) -> Person:
    """Owns an unrelated account."""
    return sign_in(app, "mallory")


@pytest.fixture
def program(app: Flask, alice: Person) -> Program:
    """A program with a token of Alice's that may do everything."""
    return program_of(app, alice)


@pytest.fixture
def postal_address(app: Flask, alice: Person) -> None:
    """Set the agency's postal address, which every marketing email must include."""
    with app.app_context():
        change_business(alice.actor, {"postal_address": "1 Quay Street\nBristol"})


@pytest.fixture
def run_tasks(database: Database, valkey: Valkey) -> Iterator[Callable[[], bool]]:
    """Function that runs a real worker until all queues are empty; returns True if it ran any task."""
    connection = Redis.from_url(valkey.url)

    def run() -> bool:
        handlers = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}
        worker = TaskWorker(list(queue.QUEUES), connection=connection, serializer=JSONSerializer)
        worker.app = database.app
        worker.last_cleaned_at = datetime.now(UTC)  # what it would tidy up are tasks of minutes ago
        try:
            return worker.work(burst=True, logging_level="WARNING")
        finally:
            for kind, handler in handlers.items():
                signal.signal(kind, handler)

    yield run
    connection.close()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Function that creates installations, not started yet; they are stopped after the test."""
    made: list[Installation] = []

    def make(**settings: str) -> Installation:
        made.append(Installation(tmp_path / f"data-{len(made)}", **settings))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None and one.process.poll() is None:
            one.stop()
