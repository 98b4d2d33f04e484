"""The floor: what a bulk enrollment costs when nothing is done but the work itself.

The file is read with `csv.reader`, checked with a regular expression, loaded into a staging table, and
judged, enrolled, tagged, noted in the time line and kept with an outcome for every row by set-based SQL in
one transaction. No progress, no batches, no queue, no retry, no other account. The same statements run on
both databases; tables and indexes of people's data are Muster's own.
"""

import csv
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]+").fullmatch

STATEMENTS = (
    """
    INSERT INTO floor_rows (row_number, identifier, contact_id, outcome)
    SELECT s.row_number, s.identifier, c.id,
      CASE WHEN s.email_key IS NULL THEN 10 WHEN s.row_number > s.first_row THEN 11 WHEN c.id IS NULL THEN 12
           WHEN c.status <> 'active' THEN 13 WHEN e.contact_id IS NOT NULL THEN 14 ELSE 1 END
    FROM (SELECT *, min(row_number) OVER (PARTITION BY email_key) AS first_row FROM floor_staging) s
    LEFT JOIN contacts c ON c.account_id = :account AND c.email_key = s.email_key
    LEFT JOIN enrollments e ON e.workflow_id = :workflow AND e.contact_id = c.id
    ORDER BY s.row_number
    """,
    """
    INSERT INTO enrollments
      (account_id, workflow_id, version_id, contact_id, status, step_id, source, job_id, enrolled_at)
    SELECT :account, :workflow, :version, contact_id, 'held', 'welcome', 'bulk_enrollment', :job, :at
    FROM floor_rows WHERE outcome = 1
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO contact_events (account_id, contact_id, at, kind, workflow_id, job_id)
    SELECT :account, contact_id, :at, 'enrolled', :workflow, :job FROM floor_rows WHERE outcome = 1
    """,
    """
    INSERT INTO contact_tags (account_id, tag_id, contact_id, added_at, added_job_id)
    SELECT :account, :tag, contact_id, :at, :job FROM floor_rows WHERE outcome = 1
    ON CONFLICT DO NOTHING
    """,
)

CREATE = """
    INSERT INTO contacts (account_id, status, created_at, updated_at, consent_at, email, email_key,
      first_name, first_name_key, last_name, last_name_key, city, company, consent_basis, consent_source,
      created_job_id)
    SELECT :account, 'active', :at, :at, :at, identifier, email_key, first_name, lower(first_name), last_name,
      lower(last_name), city, company, 'opt_in', 'people.csv', :job
    FROM floor_staging WHERE email_key IS NOT NULL ORDER BY row_number
    ON CONFLICT DO NOTHING
    """

TABLES = (
    "DROP TABLE IF EXISTS floor_staging",
    "DROP TABLE IF EXISTS floor_rows",
    "CREATE TABLE floor_staging (row_number integer, identifier text, email_key text,"
    " first_name text, city text, last_name text, company text)",
    "CREATE TABLE floor_rows"
    " (row_number integer PRIMARY KEY, identifier text, contact_id bigint, outcome smallint)",
)


def seconds(database: str, file: Path, creates: bool, values: dict[str, Any]) -> float:
    """Do the work of `file` once in the database at that address; `creates`: its people become contacts with
    five columns. `values` name account, workflow, version, job, tag and moment."""
    statements = (CREATE, *STATEMENTS) if creates else STATEMENTS
    if database.startswith("sqlite"):
        return _on_sqlite(database.removeprefix("sqlite:///"), _rows(file, creates), statements, values)
    address = database.replace("postgresql+psycopg", "postgresql")
    return _on_postgresql(address, _rows(file, creates), statements, values)


def _rows(file: Path, creates: bool) -> Iterator[tuple[Any, ...]]:
    nothing = (None,) * 4
    with file.open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        next(reader)
        for number, cells in enumerate(reader, start=1):
            key = cells[0].strip().lower()
            others = cells[1:] if creates else nothing
            yield number, cells[0], key if ADDRESS(key) else None, *others


def _on_sqlite(
    path: str, rows: Iterator[tuple[Any, ...]], statements: Sequence[str], values: dict[str, Any]
) -> float:
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")
    for statement in TABLES:
        connection.execute(statement)
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO floor_staging VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    for statement in statements:
        connection.execute(statement, values)
    connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return took


def _on_postgresql(
    url: str, rows: Iterator[tuple[Any, ...]], statements: Sequence[str], values: dict[str, Any]
) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET random_page_cost = 1.1")
        connection.execute("SET jit = off")
        for statement in TABLES:
            connection.execute(statement)
        began = time.perf_counter()
        with connection.transaction():
            with connection.cursor().copy("COPY floor_staging FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.execute("ANALYZE floor_staging")
            for statement in statements:
                connection.execute(re.sub(r":(\w+)", r"%(\1)s", statement), values)
        return time.perf_counter() - began
