"""A command that is run during the very first start waits for the preparation of the database."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.home.infrastructure.health import apply_migrations
from app.platform.database import db
from app.platform.database.migrating import migrating_alone
from app.platform.schema_version import newest_migration
from app.platform.settings import Settings
from ops.prepare import prepare_database

STILL_WAITS_SECONDS = 0.3
OWNER = ["create-owner", "--email", "alice@example.com", "--password", "correct horse battery"]


class Run:
    """A function in a thread of its own; `failure` is what it raised."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.failure: BaseException | None = None
        self._function = function
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._function()
        except BaseException as failure:
            self.failure = failure

    def is_over(self, within: float = 30) -> bool:
        self._thread.join(within)
        return not self._thread.is_alive()


def outdate() -> None:
    """Make the database look as if a migration were missing."""
    with db.engine.execution_options(cross_account=True).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001_older'"))


def up_to_date() -> None:
    with db.engine.execution_options(cross_account=True).begin() as connection:
        statement = sa.text("UPDATE alembic_version SET version_num = :newest")
        connection.execute(statement, {"newest": newest_migration()})


def test_one_program_migrates_at_a_time(app: Flask) -> None:
    def migrate() -> None:
        with app.app_context():
            apply_migrations()

    with app.app_context():
        outdate()
        with migrating_alone(db.engine):
            other = Run(migrate)
            assert not other.is_over(within=STILL_WAITS_SECONDS)
            up_to_date()
        assert other.is_over() and other.failure is None, "it finds that nothing is missing any more"


@pytest.mark.only_on("postgresql", "SQLite locks the file")
def test_large_indexes_do_not_wait_for_who_waits_to_migrate(app: Flask) -> None:
    def wait() -> None:
        with app.app_context(), migrating_alone(db.engine):
            pass

    with app.app_context(), db.engine.connect() as connection:
        made = connection.execution_options(isolation_level="AUTOCOMMIT", cross_account=True)
        with migrating_alone(db.engine):
            other = Run(wait)
            assert not other.is_over(within=STILL_WAITS_SECONDS)
            made.execute(sa.text("SET statement_timeout = '30s'"))
            made.execute(sa.text("CREATE INDEX CONCURRENTLY ix_large ON contacts (created_at)"))
            made.execute(sa.text("DROP INDEX ix_large"))
        assert other.is_over() and other.failure is None


def test_an_owner_is_created_during_the_first_start(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"})
    command = create_app(settings)
    results = []
    both = [
        Run(lambda: prepare_database(settings)),
        Run(lambda: results.append(command.test_cli_runner().invoke(args=OWNER))),
    ]
    assert all(one.is_over() for one in both)
    assert [one.failure for one in both] == [None, None]
    assert results[0].exit_code == 0, results[0].output


def test_a_new_file_that_another_program_is_writing_is_waited_for(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"})
    app = create_app(settings)

    def connect() -> None:
        with app.app_context(), db.engine.connect():
            pass

    with closing(sqlite3.connect(tmp_path / "muster.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        other = Run(connect)
        assert not other.is_over(within=STILL_WAITS_SECONDS)
        writer.execute("COMMIT")
        assert other.is_over() and other.failure is None
