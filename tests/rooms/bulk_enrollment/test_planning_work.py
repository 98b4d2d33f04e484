"""Planning stays linear whatever the database's statistics say: its last chunk costs what its second did.

Work is counted, not timed: rows read on PostgreSQL, steps of the virtual machine on SQLite.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application import plan
from app.platform.database import db, is_sqlite
from tests.rooms.bulk_enrollment.trial import Trial, addresses, execute_all, lines
from tests.rooms.workflows.drafts import active

CHUNK, CHUNKS = 1_000, 9
READ = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
STEPS_AT_ONCE = 100


def nothing_known(trial: Trial) -> None:
    """Tables that nobody has looked at."""


def one_older_job(trial: Trial) -> None:
    older_jobs(1, 25_000)


def many_jobs_of_one_row(trial: Trial) -> None:
    older_jobs(2_000, 1)


def emptied_since(trial: Trial) -> None:
    older_jobs(1, 25_000)
    execute_all(["DELETE FROM enrollment_rows WHERE enrollment_rows.account_id = 1"])


def older_jobs(jobs: int, rows: int) -> None:
    """Ledger rows of jobs that were there before, and statistics that know them alone."""
    insert = (
        "INSERT INTO enrollment_rows"
        " (account_id, job_id, row_number, line, identifier, key, verdict, outcome)"
        " SELECT 1, 1000000 + n / {rows}, 1 + n - n / {rows} * {rows}, n, {text}, {text}, 1, 1 FROM {numbers}"
    )
    text = "'older' || n || '@example.com'"
    count = jobs * rows
    if is_sqlite():
        counting = f"SELECT 0 UNION ALL SELECT n + 1 FROM c LIMIT {count}"
        numbers = f"(WITH RECURSIVE c(n) AS ({counting}) SELECT n FROM c)"
    else:
        numbers = f"generate_series(0, {count - 1}) AS n"
    execute_all([insert.format(rows=rows, text=text, numbers=numbers)])
    execute_all(["ANALYZE enrollment_rows"])


@contextmanager
def work_counted() -> Iterator[list[int]]:
    """What each chunk's judgment costs, in the order of chunks."""
    work: list[int] = []
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def begin(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        nonlocal steps
        if not statement.startswith("INSERT INTO enrollment_rows"):
            return
        if is_sqlite():
            steps = 0
            connection.connection.driver_connection.set_progress_handler(step, STEPS_AT_ONCE)
        else:
            work.append(-_read(connection))

    def end(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        if not statement.startswith("INSERT INTO enrollment_rows"):
            return
        if is_sqlite():
            connection.connection.driver_connection.set_progress_handler(None, STEPS_AT_ONCE)
            work.append(steps)
        else:
            work[-1] += _read(connection)

    sa.event.listen(db.engine, "before_cursor_execute", begin)
    sa.event.listen(db.engine, "after_cursor_execute", end)
    try:
        yield work
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", begin)
        sa.event.remove(db.engine, "after_cursor_execute", end)


def _read(connection: Any) -> int:
    with connection.connection.cursor() as cursor:
        return int(cursor.execute(READ).fetchone()[0] or 0)


@pytest.mark.parametrize("known", [nothing_known, one_older_job, many_jobs_of_one_row, emptied_since])
def test_the_last_chunk_costs_what_the_second_did(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, known: Callable[[Trial], None]
) -> None:
    monkeypatch.setattr(plan, "CHUNK_ROWS", CHUNK)
    workflow = active(trial.app, trial.actor)
    cells = addresses(CHUNK * CHUNKS)
    for place in range(CHUNK + 1, len(cells), 2):
        cells[place] = cells[place - CHUNK - 1]
    with trial.app.app_context():
        if not is_sqlite():
            execute_all(["ALTER TABLE enrollment_rows SET (autovacuum_enabled = off)"])
        known(trial)
        draft = trial.draft(lines(*cells), workflow, missing="create")
        with work_counted() as work:
            trial.plan(draft)
    assert len(work) == CHUNKS
    assert work[-1] < 1.5 * work[1], work
    people = len(set(cells))
    assert trial.job(draft).expected == {"ENROLLED": people, "DUPLICATE_IN_SELECTION": len(cells) - people}
