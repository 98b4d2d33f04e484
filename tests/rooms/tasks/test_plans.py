"""Lists and counts of tasks find their way by the index that is made for them, among many tasks."""

from typing import Any

import pytest

from app.accounts.domain import Role
from app.platform.database import db, is_sqlite
from app.tasks import application as tasks
from app.tasks.application import Assignee, NewTask, TaskQuery
from tests.rooms.contacts.people import add
from tests.rooms.tasks.written import create_tasks, in_hours
from tests.services.statements import listening

MANY = 3_000


def searches_tasks(statement: str) -> bool:
    return "FROM tasks" in statement and "LIMIT" in statement


def plan(statement: str, values: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if is_sqlite() else "EXPLAIN"
    with db.engine.connect().execution_options(cross_account=True) as connection:
        return "\n".join(
            str(tuple(row)) for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        )


LISTS = [
    (TaskQuery(), "ix_tasks_open"),
    (TaskQuery("overdue"), "ix_tasks_open"),
    (TaskQuery("later"), "ix_tasks_open"),
    (TaskQuery("done"), "ix_tasks_done"),
    (TaskQuery(is_mine=True), "ix_tasks_assignee"),
    (TaskQuery("today", is_mine=True), "ix_tasks_assignee"),
    (TaskQuery(contact_id=1), "ix_tasks_contact_id_id"),
    (TaskQuery("done", contact_id=1), "ix_tasks_contact_id_id"),
]


@pytest.mark.parametrize("has_statistics", [False, True])
def test_each_list_has_its_index(app, bob, has_statistics):
    contacts = [add(app, bob.actor, f"p{n}@example.com") for n in range(30)]
    owner = Assignee(role=Role.OWNER)
    given = [NewTask(contacts[n % 30], f"{n}", in_hours(n - 500), assignee=owner) for n in range(MANY)]
    assert create_tasks(app, bob.actor.account_id, given) == MANY
    with app.app_context():
        if has_statistics:
            with db.engine.begin() as connection:
                connection.execution_options(cross_account=True).exec_driver_sql("ANALYZE")
        for query, index in LISTS:
            if query.contact_id:
                query = TaskQuery(query.view, query.is_mine, contacts[7])
            with listening(searches_tasks) as heard:
                tasks.task_list(bob.actor, query)
            assert heard
            found = plan(*heard[0])
            assert index in found, (query, found)
            assert "Seq Scan on tasks" not in found, (query, found)
            assert "SCAN tasks" not in found.replace("SCAN tasks USING", ""), (query, found)
