"""No page of the list and no set of a file reads all contacts: every statement finds its way by an index."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import Search
from app.contacts.domain import Status
from app.contacts.infrastructure import conditions
from app.platform.database import db, is_sqlite, session
from tests.rooms.contacts.people import add
from tests.services.statements import listening


def reads_contacts(statement: str) -> bool:
    """Whether a statement reads contacts or their tags."""
    return statement.startswith("SELECT") and "contact" in statement


def scans(statement: str, values: Any) -> list[str]:
    """The lines of the plan that go through a whole table of contacts."""
    with db.engine.connect().execution_options(cross_account=True) as connection:
        if is_sqlite():
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            return [line for line in plan if line.startswith("SCAN contact")]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        return [line for line in plan if "Seq Scan on contact" in line]


SEARCHES = [
    Search(),
    Search(status=Status.BLOCKED),
    Search(tag="lead"),
    Search(status=Status.ACTIVE, tag="lead"),
    Search("ann"),
    Search("ann lee"),
    Search("ann@example.com"),
    Search("+49151"),
    Search("ann", Status.ACTIVE),
    Search("ann", tag="lead"),
    Search("ann", Status.ACTIVE, "lead"),
    Search(filter={"all": [{"field": "contact.tags", "op": "has_none", "value": ["x"]}]}),
    Search(sort="name"),
    Search(sort="-name"),
    Search(sort="last_name"),
    Search(sort="email"),
    Search(sort="-phone"),
    Search(sort="status"),
    Search(sort="added"),
    Search(status=Status.ACTIVE, sort="name"),
    Search(tag="lead", sort="email"),
    Search("ann", sort="name"),
    Search(sort="name", filter={"all": [{"field": "contact.city", "op": "is_empty"}]}),
    Search(tag="lead", sort="-phone", filter={"all": [{"field": "contact.city", "op": "is_empty"}]}),
    Search(filter={"all": [{"field": "contact.search", "op": "starts_with", "value": "ann"}]}),
    Search("ann", filter={"any": [{"field": "contact.city", "op": "contains", "value": "x"}]}),
]


@pytest.mark.parametrize("few", [0, 10_000])
@pytest.mark.parametrize("search", SEARCHES, ids=str)
def test_pages_and_counts(app, bob, monkeypatch, search, few):
    from app.contacts.infrastructure import listing

    monkeypatch.setattr(listing, "FEW", few)
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(6):
        add(app, bob.actor, f"ann{number}@example.com", first_name="Ann", last_name="Lee", tags=["lead"])
    with app.app_context(), listening(reads_contacts) as heard:
        page = contacts.find_contacts(bob.actor, search)
        if page.next:
            page = contacts.find_contacts(bob.actor, search, after=page.next)
            contacts.find_contacts(bob.actor, search, before=page.previous)
        assert heard
        assert [line for statement in heard for line in scans(*statement)] == []


@pytest.mark.parametrize("by", ["email", "phone", "contact_id"])
def test_matching(app, bob, by):
    keys = sa.select(sa.literal(1 if by == "contact_id" else "x").label("key"))

    with app.app_context(), listening(reads_contacts) as heard:
        session().execute(conditions.matched_keys(bob.actor.account_id, by, keys)).all()
        assert [line for statement in heard for line in scans(*statement)] == []
