"""No statement reads or changes an account's rows without saying whose, however it is written (P-03)."""

# ruff: noqa: E501

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.platform.database import session, transaction
from app.platform.statements import unscoped_table
from app.platform.tenancy import WrongAccount, act_for
from tests.people import Person

GUARDED = {"contacts", "tags", "contact_tags", "workflow_templates", "enrollment_jobs"}

SAYS_WHOSE = (
    "SELECT 1",
    "SELECT accounts.id FROM accounts WHERE accounts.id = ? FOR UPDATE",
    "SELECT contacts.id FROM contacts WHERE contacts.account_id = ?",
    'SELECT "contacts"."id" FROM "contacts" WHERE "contacts"."account_id" = $1',
    "SELECT contacts.id FROM contacts WHERE contacts.account_id = %(a)s::BIGINT AND contacts.id IN (%(b)s, %(c)s)",
    "SELECT c.id FROM contacts AS c WHERE ? = c.account_id ORDER BY c.id LIMIT ?",
    "SELECT contacts.id FROM contacts NOT INDEXED WHERE contacts.account_id = ?",
    "SELECT contacts.id FROM contacts WHERE contacts.account_id = ? AND contacts.id BETWEEN ? AND ?",
    "SELECT 1 FROM contacts JOIN tags ON tags.account_id = contacts.account_id WHERE contacts.account_id = ?",
    "SELECT 1 FROM contact_tags AS t LEFT OUTER JOIN tags ON tags.id = t.tag_id AND tags.account_id = ? "
    "WHERE t.account_id = ?",
    "SELECT 1 FROM (contacts JOIN tags ON tags.account_id = contacts.account_id) WHERE contacts.account_id = ?",
    "SELECT 1 FROM contacts, tags WHERE contacts.account_id = ? AND tags.account_id IN (?, ?)",
    "SELECT t.id FROM workflow_templates t WHERE (t.account_id IS NULL OR t.account_id = ?) AND t.key = ?",
    "SELECT count(*) FROM (SELECT contacts.id FROM contacts WHERE contacts.account_id = ? LIMIT ?) AS found",
    "SELECT j.id FROM enrollment_jobs AS j WHERE j.account_id = ? AND EXISTS "
    "(SELECT 1 FROM contacts WHERE contacts.account_id = j.account_id)",
    "SELECT 1 FROM contacts WHERE contacts.account_id = ? UNION ALL SELECT 2 FROM tags WHERE tags.account_id = ?",
    "WITH x AS (SELECT contacts.id FROM contacts WHERE contacts.account_id = ?) SELECT x.id FROM x",
    "SELECT row_number() OVER (PARTITION BY tags.a ORDER BY tags.b) FROM tags WHERE tags.account_id = ?",
    "SELECT EXTRACT(YEAR FROM contacts.created_at) FROM contacts WHERE contacts.account_id = ?",
    "SELECT a.x IS DISTINCT FROM tags.y FROM a JOIN tags ON tags.account_id = ?",
    "INSERT INTO contacts (account_id, email) VALUES (?, ?) RETURNING id",
    "INSERT INTO contacts (account_id, email) SELECT ?, x FROM staged WHERE 1 ON CONFLICT DO NOTHING",
    "UPDATE contacts SET email = ? WHERE contacts.account_id = ? AND contacts.id = ?",
    "UPDATE contacts SET email = g.e FROM (SELECT s.id, s.e FROM staged AS s) AS g "
    "WHERE contacts.account_id = ? AND contacts.id = g.id",
    "DELETE FROM contacts WHERE contacts.account_id = ?",
    "DELETE FROM contacts USING tags WHERE contacts.account_id = ? AND tags.account_id = contacts.account_id",
    "CREATE TABLE contacts (id INTEGER, account_id INTEGER)",
    "PRAGMA table_info(contacts)",
)

SAYS_IT_NOT = (
    "SELECT * FROM contacts",
    # however the table is spelled
    "SELECT * FROM CONTACTS",
    'SELECT * FROM "contacts"',
    "SELECT * FROM `contacts`",
    "SELECT * FROM [contacts]",
    "SELECT * FROM public.contacts",
    'SELECT * FROM main."contacts" c',
    "SELECT * FROM/**/contacts",
    "SELECT * FROM -- here\n contacts",
    "SELECT * FROM contacts TABLESAMPLE SYSTEM (1)",
    # wherever it stands
    "SELECT * FROM tags, contacts WHERE tags.account_id = ?",
    "SELECT * FROM tags t, contacts c WHERE t.account_id = ?",
    "SELECT * FROM a CROSS JOIN contacts",
    "SELECT * FROM a NATURAL JOIN contacts",
    "SELECT * FROM a LEFT JOIN contacts ON contacts.id = a.id",
    "SELECT * FROM (contacts JOIN tags ON tags.id = contacts.id) WHERE tags.account_id = ?",
    "SELECT * FROM a JOIN LATERAL (SELECT * FROM contacts) AS c ON true",
    "SELECT (SELECT count(*) FROM contacts)",
    "SELECT EXISTS (SELECT 1 FROM contacts WHERE contacts.id = ?)",
    "WITH x AS (SELECT * FROM contacts) SELECT * FROM x",
    "WITH x AS (DELETE FROM contacts RETURNING id) SELECT * FROM x",
    "SELECT 1; DELETE FROM contacts",
    # said of another one of the same name, or of another part of the statement
    "SELECT * FROM contacts c WHERE contacts.account_id = ?",
    "SELECT * FROM contacts WHERE contacts.account_id = ? AND contacts.id IN (SELECT contacts.id FROM contacts)",
    "SELECT * FROM contacts WHERE contacts.id IN (SELECT contacts.id FROM contacts WHERE contacts.account_id = ?)",
    "SELECT * FROM contacts WHERE contacts.account_id = ? UNION SELECT * FROM contacts",
    "UPDATE contacts SET x = (SELECT tags.name FROM tags WHERE tags.account_id = contacts.account_id)",
    # said without narrowing anything
    "SELECT contacts.account_id = ? FROM contacts",
    "SELECT * FROM contacts ORDER BY contacts.account_id = ?",
    "SELECT * FROM contacts WHERE contacts.account_id = contacts.account_id",
    "SELECT * FROM contacts JOIN tags ON tags.account_id = contacts.account_id",
    "SELECT * FROM contacts WHERE contacts.account_id IS NOT NULL",
    "SELECT * FROM contacts WHERE contacts.account_id != ?",
    "SELECT * FROM contacts WHERE contacts.account_id = ? OR contacts.id = ?",
    "SELECT * FROM contacts WHERE contacts.x = ? OR (contacts.account_id = ? AND contacts.id = ?)",
    "SELECT * FROM contacts WHERE NOT (contacts.account_id = ?)",
    "SELECT * FROM contacts WHERE (contacts.account_id = ?) IS NULL",
    "SELECT * FROM contacts WHERE coalesce(contacts.account_id = ?, true)",
    "SELECT * FROM contacts WHERE contacts.note = 'contacts.account_id = 1'",
    "SELECT * FROM contacts -- WHERE contacts.account_id = ?",
    "SELECT * FROM contacts LEFT JOIN tags ON tags.account_id = contacts.account_id AND tags.account_id = ?",
    "SELECT * FROM contacts LEFT JOIN tags ON contacts.account_id = ?",
    # writing
    "INSERT INTO contacts (email) VALUES (?)",
    "INSERT INTO public.contacts (email) VALUES (?)",
    "INSERT OR REPLACE INTO contacts (email) VALUES (?)",
    "INSERT INTO contacts SELECT * FROM staged",
    "INSERT INTO contacts (email, x) VALUES ((SELECT account_id FROM other), ?)",
    "INSERT INTO other (id) SELECT contacts.id FROM contacts",
    "REPLACE INTO contacts (email) VALUES (?)",
    "UPDATE contacts SET account_id = ? WHERE contacts.id = ?",
    "UPDATE ONLY contacts SET x = ?",
    "UPDATE other SET x = contacts.email FROM contacts WHERE contacts.id = other.id",
    "UPDATE contacts AS c SET x = ? FROM tags WHERE tags.account_id = ? AND c.id = ?",
    "DELETE FROM contacts",
    "DELETE FROM other USING contacts WHERE other.id = contacts.id",
    "MERGE INTO contacts USING staged ON contacts.id = staged.id WHEN MATCHED THEN DELETE",
    "TRUNCATE contacts",
    "TRUNCATE TABLE contacts",
)


@pytest.mark.parametrize("statement", SAYS_WHOSE)
def test_a_statement_that_says_whose_rows_it_wants(statement: str) -> None:
    assert unscoped_table(statement, GUARDED) is None


@pytest.mark.parametrize("statement", SAYS_IT_NOT)
def test_a_statement_that_forgot(statement: str) -> None:
    assert unscoped_table(statement, GUARDED) is not None


MINE = Contact.account_id == 1
FORGETFUL: dict[str, Callable[[], sa.Executable]] = {
    "everything": lambda: sa.select(Contact.__table__),
    "a join that only compares": lambda: sa.select(Contact.__table__.c.id).join_from(
        Contact.__table__, Tag.__table__, Tag.account_id == Contact.account_id
    ),
    "the inner one forgot": lambda: sa.select(Contact.__table__.c.id).where(
        MINE, Contact.id.in_(sa.select(Contact.__table__.alias().c.id))
    ),
    "or": lambda: sa.select(Contact.__table__.c.id).where(sa.or_(MINE, Contact.id == 1)),
    "not": lambda: sa.select(Contact.__table__.c.id).where(sa.not_(MINE)),
    "text": lambda: sa.text("SELECT id FROM contacts c WHERE c.id = 1"),
    "an update": lambda: sa.update(Contact.__table__).values(city="").where(Contact.id == 1),
    "an update from": lambda: (
        sa.update(Contact.__table__)
        .values(city=Tag.__table__.c.name)
        .where(MINE, Contact.id == Tag.__table__.c.id)
    ),
    "a delete": lambda: sa.delete(ContactTag.__table__),
    "a delete of what another one says": lambda: sa.delete(Contact.__table__).where(
        Contact.id.in_(sa.select(ContactTag.__table__.c.contact_id))
    ),
    "an insert": lambda: sa.insert(Contact.__table__).from_select(
        ["account_id", "email"], sa.select(sa.literal(1), Contact.__table__.c.email)
    ),
}


@pytest.mark.parametrize("name", FORGETFUL)
def test_the_database_never_sees_it(app: Flask, name: str) -> None:
    with app.app_context(), pytest.raises(WrongAccount), transaction():
        session().execute(FORGETFUL[name]())


def test_nothing_is_written_for_another_account(app: Flask, alice: Person, mallory: Person) -> None:
    with app.app_context():
        act_for(alice.actor.account_id)
        with pytest.raises(WrongAccount), transaction() as writing:
            writing.add(Tag(account_id=mallory.actor.account_id, name="theirs", name_key="theirs"))
