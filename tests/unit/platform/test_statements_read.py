"""Statements that say whose rows they want are read to the last word, and the accounts that they name are found
(P-03)."""

# ruff: noqa: E501

import re
from typing import Any

import pytest

from app.platform.tenancy.sql.parts import NotUnderstood
from app.platform.tenancy.sql.statements import Given, accounts_named
from tests.unit.platform.statement_tables import DIALECTS, TABLES, in_dialect

ON_BOTH: tuple[tuple[str, list[int]], ...] = (
    # nobody's rows
    ("SELECT 1", []),
    ("SELECT accounts.id FROM accounts WHERE accounts.id = ?", []),
    ("SELECT users.id, accounts.name FROM users JOIN accounts ON accounts.id = users.id", []),
    ("SELECT staged.x FROM (SELECT ? AS x) AS staged", []),
    ("INSERT INTO accounts (name) VALUES (?)", []),
    ("UPDATE accounts SET name = ? WHERE id = ?", []),
    ("DELETE FROM staged", []),
    ("CREATE TEMPORARY TABLE staged (id INTEGER NOT NULL, x TEXT)", []),
    ("BEGIN", []),
    ("ROLLBACK", []),
    ("SAVEPOINT sa_savepoint_1", []),
    ("ROLLBACK TO SAVEPOINT sa_savepoint_1", []),
    ("RELEASE SAVEPOINT sa_savepoint_1", []),
    ("ANALYZE contacts", []),
    # one table; the place of the account's value
    ("SELECT contacts.id FROM contacts WHERE contacts.account_id = ?", [0]),
    ('SELECT "contacts"."id" FROM "contacts" WHERE "contacts"."account_id" = ?', [0]),
    ("SELECT id FROM contacts WHERE account_id = ?", [0]),
    ("SELECT * FROM Contacts WHERE CONTACTS.Account_Id = ?", [0]),
    ("SELECT c.id FROM contacts AS c WHERE ? = c.account_id ORDER BY c.id LIMIT ?", [0]),
    ("SELECT c.id FROM contacts c WHERE c.id = ? AND c.account_id = ?", [1]),
    ("SELECT c.id FROM contacts c WHERE (c.id = ?) AND ((c.account_id = (?)))", [1]),
    ("SELECT c.id FROM contacts c WHERE c.account_id IN (?)", [0]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = CAST(? AS BIGINT)", [0]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND (c.email = ? OR c.phone = ? OR NOT c.id = ?)", [0]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND c.id BETWEEN ? AND ? AND c.x IS NOT NULL", [0]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND c.id IN (__[POSTCOMPILE_id_1])", [0]),
    ("SELECT c.id FROM contacts c WHERE c.id IN (__[POSTCOMPILE_id_1]) AND c.account_id = ?", [1]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND lower(c.email) LIKE '%%' || ? || '%%' ESCAPE '/'", [0]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND c.note = 'it''s -- not /* a comment'", [0]),
    ("SELECT c.id AS \"the number\" FROM contacts c WHERE c.account_id = ?", [0]),
    ("SELECT count(DISTINCT c.email), coalesce(sum(c.x), 0) FROM contacts c WHERE c.account_id = ? GROUP BY c.city HAVING count(*) > ?", [0]),
    ("SELECT row_number() OVER (PARTITION BY t.a ORDER BY t.b DESC) FROM tags t WHERE t.account_id = ?", [0]),
    ("SELECT CASE WHEN c.x IS NULL THEN ? ELSE c.y END FROM contacts c WHERE c.account_id = ?", [1]),
    ("SELECT DISTINCT c.city FROM contacts c WHERE c.account_id = ? LIMIT ? OFFSET ?", [0]),
    # rows for everybody
    ("SELECT t.id FROM workflow_templates t WHERE t.account_id IS NULL", []),
    ("SELECT t.id FROM workflow_templates t WHERE (t.account_id IS NULL OR t.account_id = ?) AND t.key = ?", [0]),
    ("SELECT t.id FROM workflow_templates t WHERE t.account_id = ?", [0]),
    # several tables
    ("SELECT 1 FROM contacts JOIN tags ON tags.account_id = contacts.account_id WHERE contacts.account_id = ?", [0]),
    ("SELECT 1 FROM contacts c JOIN tags t ON c.account_id = t.account_id AND t.account_id = ?", [0]),
    ("SELECT 1 FROM contacts c JOIN tags t ON t.account_id = c.account_id JOIN tags u ON u.account_id = t.account_id WHERE u.account_id = ?", [0]),
    ("SELECT 1 FROM contact_tags x LEFT OUTER JOIN tags ON tags.id = x.tag_id AND tags.account_id = ? WHERE x.account_id = ?", [0, 1]),
    ("SELECT 1 FROM contact_tags x LEFT JOIN tags t ON t.account_id = x.account_id WHERE x.account_id = ?", [0]),
    ("SELECT 1 FROM contacts c LEFT JOIN tags t ON t.id = c.id WHERE c.account_id = ? AND t.account_id = ?", [0, 1]),
    ("SELECT 1 FROM (contacts JOIN tags ON tags.account_id = contacts.account_id) WHERE contacts.account_id = ?", [0]),
    ("SELECT 1 FROM tags t LEFT JOIN (contacts c JOIN contact_tags x ON x.account_id = c.account_id) ON c.account_id = t.account_id WHERE t.account_id = ?", [0]),
    ("SELECT 1 FROM contacts, tags WHERE contacts.account_id = ? AND tags.account_id = ?", [0, 1]),
    ("SELECT 1 FROM contacts c, contacts d WHERE c.account_id = ? AND d.account_id = c.account_id", [0]),
    ("SELECT 1 FROM users u JOIN contacts c ON c.id = u.id WHERE c.account_id = ?", [0]),
    # queries inside
    ("SELECT count(*) FROM (SELECT contacts.id FROM contacts WHERE contacts.account_id = ? LIMIT ?) AS found", [0]),
    ("SELECT 1 FROM (SELECT c.id AS id FROM contacts c WHERE c.account_id = ?) AS x JOIN tags t ON t.id = x.id AND t.account_id = ?", [0, 1]),
    ("SELECT j.id FROM enrollment_jobs j WHERE j.account_id = ? AND EXISTS (SELECT 1 FROM contacts WHERE contacts.account_id = j.account_id)", [0]),
    ("SELECT (SELECT max(t.id) FROM tags t WHERE t.account_id = c.account_id) FROM contacts c WHERE c.account_id = ?", [0]),
    ("SELECT 1 FROM contacts WHERE contacts.account_id = ? AND contacts.id NOT IN (SELECT contacts.id FROM contacts WHERE contacts.account_id = ?)", [0, 1]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND (SELECT 1 FROM tags t WHERE t.account_id = ? AND t.id = c.id LIMIT ?) IS NULL", [0, 1]),
    ("SELECT 1 FROM contacts WHERE contacts.account_id = ? UNION ALL SELECT 2 FROM tags WHERE tags.account_id = ? ORDER BY 1 LIMIT ?", [0, 1]),
    ("SELECT s.x, c.id FROM staged s LEFT JOIN LATERAL (SELECT contacts.id AS id FROM contacts WHERE contacts.account_id = ? AND contacts.id = s.id LIMIT ?) AS c ON true", [0]),
    ("WITH x AS (SELECT contacts.id FROM contacts WHERE contacts.account_id = ?) SELECT x.id FROM x", [0]),
    ("WITH x AS (SELECT 1 AS a), y(b) AS (SELECT x.a FROM x) SELECT y.b FROM y JOIN contacts ON contacts.id = y.b WHERE contacts.account_id = ?", [0]),
    ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT n.i + 1 FROM n WHERE n.i < ?) SELECT n.i FROM n", []),
    # puts rows in
    ("INSERT INTO contacts (account_id, email) VALUES (?, ?) RETURNING id", [0]),
    ("INSERT INTO contacts (email, account_id) VALUES (?, ?), (?, ?)", [1, 3]),
    ("INSERT INTO contacts (account_id, email) VALUES (?, ?) ON CONFLICT DO NOTHING", [0]),
    ("INSERT INTO contacts (account_id, email) VALUES (?, ?) ON CONFLICT (account_id, email) DO UPDATE SET city = excluded.city", [0]),
    ("INSERT INTO contacts (account_id, email) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET city = ? WHERE contacts.account_id = excluded.account_id", [0]),
    ("INSERT INTO contacts (account_id, email) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET city = ? WHERE contacts.account_id = ?", [0, 3]),
    ("INSERT INTO contacts (account_id, email) SELECT ?, staged.x FROM staged WHERE 1 = 1 ON CONFLICT DO NOTHING", [0]),
    ("INSERT INTO contacts (account_id, email) SELECT CAST(? AS BIGINT) AS a, staged.x FROM staged", [0]),
    ("INSERT INTO contact_tags (account_id, tag_id) SELECT t.account_id, t.id FROM tags t WHERE t.account_id = ?", [0]),
    ("INSERT INTO tags (account_id, id) SELECT ?, ? UNION ALL SELECT ?, ?", [0, 2]),
    ("INSERT INTO staged (id) SELECT contacts.id FROM contacts WHERE contacts.account_id = ?", [0]),
    # changes and deletes rows
    ("UPDATE contacts SET email = ? WHERE contacts.account_id = ? AND contacts.id = ? RETURNING id", [1]),
    ("UPDATE contacts AS c SET email = ? WHERE c.account_id = ?", [1]),
    ("UPDATE contacts SET email = g.e FROM (SELECT s.id, s.e FROM staged AS s) AS g WHERE contacts.account_id = ? AND contacts.id = g.id", [0]),
    ("UPDATE contacts SET email = t.name FROM tags t WHERE contacts.account_id = ? AND t.account_id = contacts.account_id", [0]),
    ("UPDATE contacts SET email = (SELECT t.name FROM tags t WHERE t.account_id = contacts.account_id LIMIT 1) WHERE contacts.account_id = ?", [0]),
    ("UPDATE workflow_templates SET x = x + 1 WHERE (workflow_templates.account_id IS NULL OR workflow_templates.account_id = ?)", [0]),
    ("DELETE FROM contacts WHERE contacts.account_id = ?", [0]),
    ("DELETE FROM contacts WHERE account_id = ? AND id IN (SELECT t.id FROM tags t WHERE t.account_id = ?)", [0, 1]),
)  # fmt: skip

ON_POSTGRESQL: tuple[tuple[str, list[int | str]], ...] = (
    ("SELECT c.id FROM contacts c WHERE c.account_id = %(a)s::BIGINT AND c.id IN (%(b)s, %(c)s)", ["a"]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = %(a)s AND c.id = ANY(%(b)s::BIGINT[])", ["a"]),
    ('SELECT c.id FROM public."contacts" c WHERE c.account_id = %(a)s', ["a"]),
    ('SELECT * FROM "public".contacts WHERE contacts.account_id = %(a)s', ["a"]),
    ("SELECT * FROM contacts WHERE contacts.account_id = %(a)s FOR UPDATE OF contacts SKIP LOCKED", ["a"]),
    ("SELECT DISTINCT ON (c.city) c.id FROM contacts c WHERE c.account_id = %(a)s", ["a"]),
    ("SELECT c.custom ->> %(k)s, c.custom @> %(v)s::JSONB FROM contacts c WHERE c.account_id = %(a)s", ["a"]),
    ("SELECT count(*) FILTER (WHERE c.x = %(x)s) FROM contacts c WHERE c.account_id = %(a)s", ["a"]),
    ("SELECT e.key, sum(CAST(e.value AS INTEGER)) FROM contacts c, jsonb_each_text(c.custom) AS e WHERE c.account_id = %(a)s GROUP BY e.key", ["a"]),
    ("SELECT c.created_at AT TIME ZONE %(z)s, EXTRACT(YEAR FROM c.created_at) FROM contacts c WHERE c.account_id = %(a)s", ["a"]),
    ("SELECT c.x IS DISTINCT FROM c.y FROM contacts c WHERE c.account_id = %(a)s", ["a"]),
    ("WITH gone AS (DELETE FROM tags WHERE tags.account_id = %(a)s RETURNING tags.id) SELECT gone.id FROM gone", ["a"]),
    ("DELETE FROM contacts USING tags WHERE contacts.account_id = %(a)s AND tags.account_id = contacts.account_id", ["a"]),
    ("INSERT INTO contacts AS c (account_id, email) VALUES (%(a)s, %(e)s) ON CONFLICT (id) DO UPDATE SET city = %(c)s WHERE c.account_id = %(a)s", ["a"]),
    ("SELECT pg_advisory_xact_lock(%(n)s)", []),
    ("SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid)", []),
    ("SET LOCAL idle_in_transaction_session_timeout = '60s'", []),
    ("DROP TABLE IF EXISTS pg_temp.staged", []),
    ("show standard_conforming_strings", []),
    ("SELECT * FROM contacts WHERE contacts.account_id = 7", [7]),
)  # fmt: skip

ON_SQLITE: tuple[tuple[str, list[int]], ...] = (
    ("BEGIN IMMEDIATE", []),
    ("PRAGMA table_info(contacts)", []),
    ('PRAGMA main.table_xinfo("contacts")', []),
    ("SELECT * FROM [contacts] AS `c` WHERE [c].`account_id` = ?", [0]),
    ("SELECT contacts.id FROM contacts NOT INDEXED WHERE contacts.account_id = ?", [0]),
    ("SELECT contacts.id FROM contacts INDEXED BY ix WHERE contacts.account_id = ?", [0]),
    ("SELECT * FROM main.contacts WHERE contacts.account_id = ?", [0]),
    ('SELECT * FROM "CONTACTS" WHERE contacts.account_id = ?', [0]),
    ("SELECT c.id FROM contacts c WHERE c.x = '?' AND c.\"a b\" = ? AND c.account_id == ?", [1]),
    ("SELECT c.id FROM contacts c WHERE c.account_id = ? AND unlikely(c.x = ?) AND c.y IS ?", [0]),
    ("SELECT e.key FROM contacts c, json_each(c.custom) AS e WHERE c.account_id = ?", [0]),
    ("SELECT sqlite_master.name FROM sqlite_master WHERE sqlite_master.type = ?", []),
)  # fmt: skip

READ: dict[str, tuple[tuple[str, list[Any]], ...]] = {
    "sqlite": (*ON_BOTH, *ON_SQLITE),
    "postgresql": (*ON_BOTH, *ON_POSTGRESQL),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_accounts_that_they_name(dialect: str) -> None:
    wrong = {}
    for statement, places in READ[dialect]:
        accounts = {7} if places == [7] else set(map(Given, places))
        found = accounts_named(in_dialect(statement, dialect), dialect, TABLES)
        if set(found) != accounts or len(found) != len(accounts):
            wrong[statement] = found
    assert wrong == {}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("wrong", ("account_id != ", "account_id >= ", "id = "))
def test_with_another_condition_each_is_refused(dialect: str, wrong: str) -> None:
    passed = []
    for statement, _places in READ[dialect]:
        changed = in_dialect(statement, dialect).replace("account_id == ", "account_id = ")
        for at in re.finditer(r"account_id = |account_id IN ", changed):
            try:
                accounts_named(changed[: at.start()] + wrong + changed[at.end() :], dialect, TABLES)
            except NotUnderstood:
                continue
            passed.append(changed[: at.start()] + wrong + changed[at.end() :])
    assert passed == []
