"""The statements over many rows find their way by the index that they are meant for, on both databases, also
in tables that the planner has never seen filled."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.infrastructure import waiting
from app.platform.clock import now
from app.platform.database import db, is_sqlite
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active

# The beginning of a statement, and what its plan has to say on SQLite and on PostgreSQL.
BY_CONTACT = (
    "ix_enrollments_account_id_contact_id_workflow_id",
    r"Index Cond: .*contact_id = enrollment_rows\.contact_id",
)
HOT = {
    "INSERT INTO enrollment_rows": ("uq_enrollment_rows_counting", "uq_enrollment_rows_counting"),
    "INSERT INTO enrollments": BY_CONTACT,
}


@contextmanager
def plans(hot: Collection[str] = HOT) -> Iterator[dict[str, str]]:
    """The plans of the statements with these beginnings, asked for at the moment they run."""
    seen: dict[str, str] = {}

    def explain(
        connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> None:
        begins = next((start for start in hot if statement.startswith(start)), None)
        if begins is None:
            return
        cursor = connection.connection.cursor()
        word = "EXPLAIN QUERY PLAN" if is_sqlite() else "EXPLAIN"
        if not is_sqlite():
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{word} {statement}", values)
        seen[begins] = "\n".join(str(row[-1]) for row in cursor.fetchall())
        cursor.close()

    sa.event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("missing", ["skip", "create"])
def test_hot_statements_use_their_index(trial: Trial, missing: str) -> None:
    workflow = active(trial.app, trial.actor)
    with trial.app.app_context(), plans() as seen:
        trial.run(lines(*addresses(30)), workflow, missing=missing)
        assert set(seen) == set(HOT)
        for begins, (on_sqlite, on_postgresql) in HOT.items():
            wanted = on_sqlite if is_sqlite() else on_postgresql
            assert re.search(wanted, seen[begins]), f"{begins}\n{seen[begins]}"


@pytest.mark.parametrize(
    "look",
    [
        lambda: waiting.unplanned_jobs(3.0),
        lambda: waiting.others_wait_for_planning(0),
        waiting.jobs_being_cancelled,
        lambda: waiting.accounts_with_work(now()),
        lambda: waiting.due_jobs(now()),
        waiting.jobs_without_open_batches,
        lambda: waiting.handed_over_batches(3.0),
        waiting.holders,
        lambda: waiting.drafts_before(now()),
    ],
)
def test_the_sweeper_reads_no_jobs_that_are_over(app, look) -> None:
    """It looks every second, however many jobs there have been."""
    with app.app_context(), plans(["SELECT"]) as seen:
        look()
        [plan] = seen.values()
        assert not is_sqlite() or "ix_enrollment_jobs_not_over" in plan, plan
        assert not re.search(r"SCAN enrollment_jobs\b|Seq Scan on enrollment_jobs\b", plan), plan
