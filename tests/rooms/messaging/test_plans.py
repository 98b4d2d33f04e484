"""Statements of a batch find its rows by their ids, however many messages and enrollments an account has."""

import re
from typing import Any

import pytest
from flask import Flask

from app.platform.database import db
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import campaign
from tests.rooms.messaging.mailing import send
from tests.services.statements import listening
from tests.unit.workflows.documents import email, step

pytestmark = pytest.mark.only_on("sqlite", "PostgreSQL knows from its statistics that an account has many")

LARGE = "messages|enrollments|webhook_deliveries"


def has_ids(statement: str) -> bool:
    return "json_each" in statement


def walks(statement: str, values: Any = ()) -> list[str]:
    """The lines of a plan that go through all of a large table, or all that an account has in it."""
    aliases = re.findall(rf"\b(?:{LARGE}) AS (\w+)", statement)
    names = "|".join([LARGE, *aliases])
    of_account = r"\(account_id=\?( AND state=\?)?\)( LEFT-JOIN)?$"
    walk = re.compile(rf"SCAN ({names})\b|SEARCH ({names}) USING .*{of_account}")
    with db.engine.connect().execution_options(cross_account=True) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row.detail for row in plan if walk.match(row.detail)]


def test_no_batch_walks_through_all_of_an_account(app: Flask, alice: Person) -> None:
    it = campaign(app, alice.actor, email("hello", "Hi"), step("call", "webhook", url="https://a.example/"))
    it.enroll(people(app, alice.actor, 3))
    with app.app_context():
        with listening(has_ids) as heard:
            it.move()
            send(it)
            it.move()
        statements = dict(heard)
        assert len(statements) > 10
        assert {one: found for one, values in statements.items() if (found := walks(one, values))} == {}


@pytest.mark.parametrize(
    ("statement", "is_walk"),
    [
        ("SELECT answer FROM messages WHERE account_id = 1", True),
        ("SELECT answer FROM messages WHERE account_id = 1 AND state = 'sent'", True),
        ("SELECT one.id FROM enrollments AS one WHERE one.account_id = 1", True),
        ("SELECT tag_id FROM contact_tags LEFT JOIN messages AS m ON m.account_id = 1", True),
        ("SELECT url FROM webhook_deliveries", True),
        ("SELECT answer FROM messages WHERE id = 1 AND account_id = 1", False),
        ("SELECT id FROM contacts", False),
    ],
)
def test_walks_are_noticed(app: Flask, statement: str, is_walk: bool) -> None:
    with app.app_context():
        assert bool(walks(statement)) == is_walk
