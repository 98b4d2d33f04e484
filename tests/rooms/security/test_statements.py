"""Tenancy guard: statements on an account's rows must name the current account (P-03).

Statements written as text are tested in tests/unit/platform.
"""

from collections.abc import Callable
from itertools import count

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.platform.clock import now
from app.platform.database import is_sqlite, session, transaction
from app.platform.database.many_rows import bulk_load
from app.platform.tenancy import WrongAccount, act_for, acting_for, isolation
from tests.people import Person

MINE = Contact.account_id == 1
CONTACTS, TAGS = Contact.__table__, Tag.__table__
FORGETFUL: dict[str, Callable[[], sa.Executable]] = {
    "everything": lambda: sa.select(CONTACTS),
    "a join that only compares": lambda: sa.select(CONTACTS.c.id).join_from(
        CONTACTS, TAGS, Tag.account_id == Contact.account_id
    ),
    "the inner one forgot": lambda: sa.select(CONTACTS.c.id).where(
        MINE, Contact.id.in_(sa.select(CONTACTS.alias().c.id))
    ),
    "or": lambda: sa.select(CONTACTS.c.id).where(sa.or_(MINE, Contact.id == 1)),
    "not": lambda: sa.select(CONTACTS.c.id).where(sa.not_(MINE)),
    "is not null": lambda: sa.select(CONTACTS.c.id).where(MINE.isnot(None)),
    "several accounts": lambda: sa.select(CONTACTS.c.id).where(Contact.account_id.in_([1, 2])),
    "a list of one account": lambda: sa.select(CONTACTS.c.id).where(Contact.account_id.in_([1])),
    "two accounts": lambda: sa.select(CONTACTS.c.id).where(
        MINE, TAGS.c.account_id == 2, TAGS.c.id == Contact.id
    ),
    "text": lambda: sa.text("SELECT id FROM contacts c WHERE c.id = 1"),
    "text with two accounts": lambda: sa.text(
        "SELECT c.id FROM contacts c, tags t WHERE c.account_id = 1 AND t.account_id = 2"
    ),
    "an update": lambda: sa.update(CONTACTS).values(city="").where(Contact.id == 1),
    "an update from": lambda: (
        sa.update(CONTACTS).values(city=TAGS.c.name).where(MINE, Contact.id == TAGS.c.id)
    ),
    "an update that gives away": lambda: sa.update(CONTACTS).values(account_id=2).where(MINE),
    "a delete": lambda: sa.delete(ContactTag.__table__),
    "a delete of what another one says": lambda: sa.delete(CONTACTS).where(
        Contact.id.in_(sa.select(ContactTag.__table__.c.contact_id))
    ),
    "an insert": lambda: sa.insert(CONTACTS).from_select(
        ["account_id", "email"], sa.select(sa.literal(1), CONTACTS.c.email)
    ),
    "an insert that overwrites": lambda: (
        (sqlite_insert if is_sqlite() else postgresql_insert)(TAGS)
        .values(_tag(1, "x"))
        .on_conflict_do_update(index_elements=["id"], set_={"name": "y"})
    ),
    "drop": lambda: sa.text("DROP TABLE contacts"),
    "a table of a table": lambda: sa.text("CREATE TEMPORARY TABLE kept AS SELECT * FROM contacts"),
}


@pytest.mark.parametrize("name", FORGETFUL)
def test_the_database_never_sees_it(app: Flask, name: str) -> None:
    with app.app_context(), pytest.raises(WrongAccount), transaction():
        session().execute(FORGETFUL[name]())


@pytest.mark.parametrize("name", ["reads", "reads text", "changes", "puts in", "puts in many", "speaks SQL"])
def test_nobody_names_another_account(app: Flask, alice: Person, mallory: Person, name: str) -> None:
    mine, other = alice.actor.account_id, mallory.actor.account_id

    def attempt(account_id: int) -> None:
        if name == "reads":
            session().execute(sa.select(CONTACTS.c.id).where(CONTACTS.c.account_id == account_id))
        elif name == "reads text":
            query = sa.text("SELECT id FROM contacts WHERE id = :id AND account_id = :account AND id < :last")
            session().execute(query, {"id": 1, "account": account_id, "last": 9})
        elif name == "changes":
            session().execute(sa.update(TAGS).values(name="x").where(TAGS.c.account_id == account_id))
        elif name == "puts in":
            session().execute(sa.insert(TAGS), _tag(account_id, "new"))
        elif name == "puts in many":
            session().execute(sa.insert(TAGS), [_tag(mine, "a"), _tag(account_id, "b"), _tag(mine, "c")])
        else:
            mark = "?" if is_sqlite() else "%s"
            statement = f"SELECT id FROM contacts WHERE id = {mark} AND account_id = {mark}"
            session().connection().exec_driver_sql(statement, (1, account_id))

    with app.app_context(), acting_for(mine):
        with transaction():
            attempt(mine)
        with pytest.raises(WrongAccount), transaction():
            attempt(other)


def test_each_row_of_a_statement_is_of_one_account(app: Flask, alice: Person, mallory: Person) -> None:
    """Includes inserts that SQLAlchemy batches into one statement because they return values."""
    rows = [_tag(alice.actor.account_id, f"tag {number}") for number in range(1500)]
    with app.app_context():
        with transaction():
            session().execute(sa.insert(TAGS), rows)
            assert len(session().execute(sa.insert(TAGS).returning(TAGS.c.id), _renamed(rows)).all()) == 1500
        rows[-1]["account_id"] = mallory.actor.account_id
        act_for(alice.actor.account_id)
        for statement in (sa.insert(TAGS), sa.insert(TAGS).returning(TAGS.c.id)):
            with pytest.raises(WrongAccount), transaction():
                session().execute(statement, _renamed(_renamed(rows)))


def test_nothing_is_written_for_another_account(app: Flask, alice: Person, mallory: Person) -> None:
    with app.app_context():
        act_for(alice.actor.account_id)
        with pytest.raises(WrongAccount), transaction() as writing:
            writing.add(Tag(account_id=mallory.actor.account_id, name="theirs", name_key="theirs"))


def test_nothing_changes_its_account(app: Flask, alice: Person, mallory: Person) -> None:
    with app.app_context():
        with transaction() as writing:
            writing.add(tag := Tag(account_id=mallory.actor.account_id, name="theirs", name_key="theirs"))
        for account_id in (None, alice.actor.account_id):
            act_for(account_id)
            with pytest.raises(WrongAccount), transaction():
                tag.account_id = alice.actor.account_id
                session().flush()


COLUMNS = ("account_id", "name", "name_key", "created_at", "updated_at")


@pytest.mark.parametrize("acts", [True, False])
def test_loading_many_rows_is_no_way_round(app: Flask, alice: Person, mallory: Person, acts: bool) -> None:
    mine, other = alice.actor.account_id, mallory.actor.account_id
    numbers = count()
    moment = now().isoformat() if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else now()

    def load(*accounts: int | None, columns: tuple[str, ...] = COLUMNS) -> None:
        names = [f"tag {next(numbers)}" for _ in accounts]
        rows = [(one, name, name, moment, moment) for one, name in zip(accounts, names, strict=True)]
        with transaction():
            bulk_load(TAGS, columns, [row[len(COLUMNS) - len(columns) :] for row in rows])

    with app.app_context():
        act_for(mine if acts else None)
        load(mine, mine)
        for accounts in ((mine, other), (other, mine), (mine, None), (None,), *([(other,)] if acts else ())):
            with pytest.raises(WrongAccount):
                load(*accounts)
        with pytest.raises(WrongAccount):
            load(mine, columns=COLUMNS[1:])
        act_for(mine)
        assert session().scalar(sa.select(sa.func.count(Tag.id)).where(Tag.account_id == mine)) == 2


def test_what_is_said_to_cross_accounts_may(app: Flask, alice: Person, mallory: Person) -> None:
    with app.app_context(), acting_for(alice.actor.account_id):
        crossing = {"cross_account": True}
        found = session().execute(sa.select(CONTACTS.c.id), execution_options=crossing).all()
        assert isinstance(found, list)


def test_a_statement_is_read_once(app: Flask, alice: Person) -> None:
    """Parameter lists of other lengths and values reuse the parsed statement."""
    read = isolation._accounts_named
    with app.app_context(), acting_for(alice.actor.account_id):
        read.cache_clear()
        for length in range(1, 40):
            session().execute(
                sa.select(CONTACTS.c.id)
                .where(CONTACTS.c.account_id == alice.actor.account_id)
                .where(CONTACTS.c.id.in_(range(length)))
                .limit(length)
            )
        assert read.cache_info().misses <= 2
        assert read.cache_info().hits >= 38


def _tag(account_id: int, name: str) -> dict[str, object]:
    return {
        "account_id": account_id, "name": name, "name_key": name, "created_at": now(), "updated_at": now(),
    }  # fmt: skip


def _renamed(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [row | {"name_key": f"{row['name_key']}."} for row in rows]
