"""Statements of a batch find its rows by their ids, however many messages and enrollments an account has."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.platform.database import db
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import campaign
from tests.rooms.messaging.mailing import send
from tests.unit.workflows.documents import email, step

WALK = re.compile(r"SEARCH (messages|enrollments|deliveries) USING .*\(account_id=\?( AND state=\?)?\)$")


@contextmanager
def listening() -> Iterator[list[tuple[str, Any]]]:
    """Statements with a list of ids, and their values."""
    heard: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "json_each" in statement:
            heard.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def test_no_batch_walks_through_all_of_an_account(app: Flask, alice: Person, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL knows from its statistics that an account has many")
    it = campaign(app, alice.actor, email("hello", "Hi"), step("call", "webhook", url="https://a.example/"))
    it.enroll(people(app, alice.actor, 3))
    with app.app_context(), listening() as heard:
        it.move()
        send(it)
        it.move()
        with db.engine.connect().execution_options(cross_account=True) as connection:
            plans = {
                statement: [
                    row.detail
                    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                ]
                for statement, values in list(heard)
            }
    assert len(plans) > 10
    walks = {one: plan for one, plan in plans.items() if any(WALK.match(step) for step in plan)}
    assert not walks
