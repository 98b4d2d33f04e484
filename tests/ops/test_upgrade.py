"""A database that the previous release has filled is upgraded and downgraded with all its data, while that
release serves.

`tests/data/previous_release.json` has its migration, and the tables and columns that its code reads.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.platform.database import db
from tests.ops import filled_tables, previous_release
from tests.services.databases import Database

RELEASE = json.loads(previous_release.FILE.read_text())
READ: dict[str, list[str]] = RELEASE["tables"]
LONGEST_READ_SECONDS = 5.0
# Rows that migration 0073 changes on purpose, as they are before and after it.
ANSWERS = (
    {}
    if RELEASE["migration"] >= "0073"
    else {
        "Kept in the outbox, because no mail server is connected.": "no_mail_server",
        "Waits, because the contact has had as many messages as the frequency cap allows.": "frequency_cap",
    }
)


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    """Connections of the previous release, without what this one does to a statement."""
    made = sa.create_engine(database.url.replace("postgresql://", "postgresql+psycopg://"))
    yield made
    made.dispose()


@contextmanager
def previous_release_reading(engine: sa.Engine) -> Iterator[list[float]]:
    """Read all columns that the previous release reads, again and again; yield the seconds of each read."""
    took: list[float] = []
    wrong: list[Exception] = []
    ends = threading.Event()

    def read() -> None:
        while not ends.is_set():
            for table, names in READ.items():
                began = time.monotonic()
                try:
                    filled_tables.contents(engine, {table: names})
                except sa.exc.SQLAlchemyError as failure:
                    wrong.append(failure)
                took.append(time.monotonic() - began)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield took
    finally:
        ends.set()
        thread.join()
    assert not wrong, wrong[0]


def test_all_data_is_kept(app: Flask, engine: sa.Engine) -> None:
    with app.app_context():
        downgrade(revision=RELEASE["migration"])
        db.engine.dispose()
        assert previous_release.record_of(engine) == previous_release.FILE.read_text(), "see `make release`"
        filled_tables.fill(engine, filled_tables.reflected(engine))
        _give_answers(engine)
        before = filled_tables.contents(engine, READ)
        assert min(len(rows) for rows in before.values()) >= filled_tables.ROWS

        with previous_release_reading(engine) as took:
            upgrade()
        assert max(took) < LONGEST_READ_SECONDS
        after = filled_tables.contents(engine, READ)
        if ANSWERS:
            assert _answers(engine) == set(ANSWERS.values())
            after["messages"] = before["messages"]
        assert after == before

        filled_tables.fill(
            engine, [table for table in filled_tables.reflected(engine) if table.name not in READ]
        )
        db.engine.dispose()
        downgrade(revision=RELEASE["migration"])
        assert filled_tables.contents(engine, READ) == before


def _give_answers(engine: sa.Engine) -> None:
    messages = sa.table("messages", sa.column("id"), sa.column("answer"))
    with engine.begin() as connection:
        for number, answer in enumerate(ANSWERS):
            which = messages.c.id >= filled_tables.FIRST_ID + number
            connection.execute(sa.update(messages).where(which).values(answer=answer))


def _answers(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(sa.text("SELECT answer FROM messages")))
