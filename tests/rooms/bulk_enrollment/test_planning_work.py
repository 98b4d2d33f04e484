"""Planning and batches stay linear whatever the database's statistics say: the last chunk and the last batch
cost what an early one did.

Work is counted, not timed: rows read on PostgreSQL, steps of the virtual machine on SQLite.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.jobs import plan
from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import db, is_sqlite, transaction
from app.platform.database.many_rows import bulk_load
from app.platform.tenancy import acting_for
from tests.rooms.bulk_enrollment.trial import Trial, addresses, execute_all, lines
from tests.rooms.workflows.drafts import active

CHUNK, CHUNKS, BATCH = 1_000, 6, 500
# PostgreSQL took the wrong index from 20,000 to 70,000 rows, and again from 2 to 5 million.
LARGE_JOB, LARGER_JOB, LARGE_CHUNK = 80_000, 200_000, 4_000
KNOWN = 25_000  # a size at which both databases take the wrong index where they can
READ = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
STEPS_AT_ONCE = 100
TABLES = ("contacts", "enrollments", "enrollment_rows", "enrollment_row_fields", "contact_tags")

# Statements over many rows, by their beginning.
PLANNING = "INSERT INTO enrollment_rows"
AS_PLANNED = (
    "SELECT enrollment_rows.row_number",
    "INSERT INTO enrollments",
    "INSERT INTO contact_events",
    "INSERT INTO contact_tags",
)
CREATING = (
    "INSERT INTO contacts (",
    "UPDATE enrollment_rows SET contact_id",
    "DELETE FROM enrollment_row_fields",
)


def nothing_known(trial: Trial) -> None:
    """Tables that nobody has looked at."""


def one_older_job(trial: Trial) -> None:
    """It and its people are of another account: one is huge, and that of the next job is not known."""
    older_jobs(1, KNOWN)


def many_jobs_of_one_row(trial: Trial) -> None:
    older_jobs(2_000, 1)


def emptied_since(trial: Trial) -> None:
    older_jobs(1, KNOWN)
    execute_all([f"DELETE FROM {table} WHERE {table}.account_id = 3" for table in TABLES])


def older_jobs(jobs: int, rows: int) -> None:
    """Ledger rows of jobs that were there before, their contacts and enrollments, and statistics that know
    them alone."""
    count = jobs * rows
    if is_sqlite():
        counting = f"SELECT 0 UNION ALL SELECT n + 1 FROM c LIMIT {count}"
        numbers = f"(WITH RECURSIVE c(n) AS ({counting}) SELECT n FROM c)"
    else:
        numbers = f"generate_series(0, {count - 1}) AS n"
    text, at = "'older' || n || '@example.com'", "'2026-01-01'"
    inserts = {
        "enrollment_rows (account_id, job_id, row_number, line, identifier, key, outcome)": (
            f"3, 1000000 + n / {rows}, 1 + n - n / {rows} * {rows}, n, {text}, {text}, 1"
        ),
        "enrollment_row_fields (account_id, job_id, row_number, fields)": (
            f"3, 1000000 + n / {rows}, 1 + n - n / {rows} * {rows}, '{{}}'"
        ),
        "contacts (account_id, id, email, email_key, status, created_at, updated_at)": (
            f"3, 1000000 + n, {text}, {text}, 'active', {at}, {at}"
        ),
        "enrollments"
        " (account_id, workflow_id, version_id, contact_id, status, source, job_id, enrolled_at)": (
            f"3, 1000000, 1, 1000000 + n, 'held', 'bulk_enrollment', 1000000 + n / {rows}, {at}"
        ),
        "contact_tags (account_id, tag_id, contact_id, added_at)": f"3, 1000000, 1000000 + n, {at}",
    }
    if not is_sqlite():
        inserts = {into: what.replace(at, f"{at}::timestamptz") for into, what in inserts.items()}
    execute_all([f"INSERT INTO {into} SELECT {what} FROM {numbers}" for into, what in inserts.items()])
    execute_all([f"ANALYZE {table}" for table in TABLES])


def people_of_file(trial: Trial, cells: list[str]) -> None:
    """Contacts of the trial's account with every other address of a file."""
    at, account_id = now(), trial.actor.account_id
    columns = ["account_id", "email", "email_key", "status", "created_at", "updated_at"]
    times = [str(at.replace(tzinfo=None)) if is_sqlite() else at] * 2
    with acting_for(account_id), transaction():
        known = sorted(set(cells))[::2]
        bulk_load(Contact.__table__, columns, [(account_id, cell, cell, "active", *times) for cell in known])


@contextmanager
def work_counted(
    *beginnings: str, check: Callable[[list[int]], None] = lambda costs: None
) -> Iterator[dict[str, list[int]]]:
    """{beginning of a statement: what each of its executions cost, in their order}.

    `check` gets the costs of a statement after each of its executions.
    """
    work: dict[str, list[int]] = defaultdict(list)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def begin(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        nonlocal steps
        name = next((one for one in beginnings if statement.startswith(one)), None)
        if name is None:
            return
        if is_sqlite():
            steps = 0
            connection.connection.driver_connection.set_progress_handler(step, STEPS_AT_ONCE)
        else:
            work[name].append(-_read(connection))

    def end(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        name = next((one for one in beginnings if statement.startswith(one)), None)
        if name is None:
            return
        if is_sqlite():
            connection.connection.driver_connection.set_progress_handler(None, STEPS_AT_ONCE)
            work[name].append(steps)
        else:
            work[name][-1] += _read(connection)
        check(work[name])

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


def file_of(rows: int, chunk: int) -> tuple[list[str], int]:
    """Addresses of a file, where every other row from the second chunk on repeats one of the chunk before;
    and how many people these are."""
    cells = addresses(rows)
    for place in range(chunk + 1, rows, 2):
        cells[place] = cells[place - chunk - 1]
    return cells, len(set(cells))


def without_autovacuum() -> None:
    if not is_sqlite():
        execute_all([f"ALTER TABLE {table} SET (autovacuum_enabled = off)" for table in TABLES])


@pytest.mark.parametrize("known", [nothing_known, one_older_job, many_jobs_of_one_row, emptied_since])
def test_the_last_costs_what_an_early_one_did(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, known: Callable[[Trial], None]
) -> None:
    """People of the first workflow are all new, those of the second are all there."""
    monkeypatch.setattr(plan, "CHUNK_ROWS", CHUNK)
    first, second = (active(trial.app, trial.actor, name) for name in ("First", "Second"))
    cells, people = file_of(CHUNK * CHUNKS, CHUNK)
    outcomes = {"ENROLLED": people, "DUPLICATE_IN_SELECTION": len(cells) - people}
    with trial.app.app_context():
        without_autovacuum()
        known(trial)
        for workflow, missing, hot in (
            (first, "create", (PLANNING, *AS_PLANNED, *CREATING)),
            (second, "skip", (PLANNING, *AS_PLANNED)),
        ):
            choices = {"missing": missing, "tags": ("Spring",), "batch_size": BATCH}
            job = trial.start(lines(*cells), workflow, **choices)
            with work_counted(*hot) as work:
                trial.finish(job)
            assert trial.job(job).totals == outcomes
            assert len(work[PLANNING]) == CHUNKS
            assert len(work["INSERT INTO enrollments"]) == CHUNKS * CHUNK // BATCH
            for begins in hot:
                costs = work[begins][1 if begins == PLANNING else 3 :]  # from the second chunk's rows on
                assert costs[-1] < 1.5 * costs[0] + 50, (begins, costs)


def test_planning_a_large_job_reads_the_same_for_every_chunk(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """The statistics know other jobs alone, those that make the database take the wrong index where it can.
    The ledger grows through all sizes at which it might; with more rounds, beyond them."""
    monkeypatch.setattr(plan, "CHUNK_ROWS", LARGE_CHUNK)
    workflow = active(trial.app, trial.actor)
    size = LARGE_JOB if rounds == 1 else LARGER_JOB
    cells, people = file_of(size, LARGE_CHUNK)
    trial.limit(contacts_per_job=size)

    def check(costs: list[int]) -> None:
        assert max(costs[1:], default=0) <= 1.5 * min(costs[1:], default=0), costs

    with trial.app.app_context():
        without_autovacuum()
        (many_jobs_of_one_row if is_sqlite() else one_older_job)(trial)
        people_of_file(trial, cells)
        job = trial.start(lines(*cells), workflow, missing="create")
        with work_counted(PLANNING, check=check) as work:
            trial.plan(job)
    assert trial.job(job).expected == {"ENROLLED": people, "DUPLICATE_IN_SELECTION": size - people}
    assert len(work[PLANNING]) == size // LARGE_CHUNK
