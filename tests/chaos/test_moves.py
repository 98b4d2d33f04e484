"""Workers killed while people go through a workflow: every step has its effect exactly once (E-03, W-04)."""

import time
from typing import Any

import sqlalchemy as sa

from app.engine.application import start_held
from app.engine.infrastructure.tables import Enrollment, PassedStep
from app.platform.clock import now
from app.platform.database import session, transaction
from app.tasks.infrastructure.tables import ContactNote, Task
from tests.chaos.siege import PEOPLE, WORKERS, Siege, eventually
from tests.rooms.engine.moved import Campaign
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import branch, definition, path, rule, split, step, wait

IS_EVEN = {"all": [rule("contact.email", "contains", "0@")]}


def steps(other: str) -> list[dict[str, Any]]:
    """Steps of every kind that the engine does by itself."""
    return [
        step("mark", "add_tag", tag="Marked"),
        step("note", "add_note", text="Hello {{ contact.first_name }}"),
        split("ab", 50, 50),
        branch("kind", path("even", "Even", IS_EVEN, step("task", "create_task", title="Call", due_days=1))),
        step("join", "enroll_in_workflow", workflow=other),
        wait("pause", 1, "days"),
        step("unmark", "remove_tag", tag="Marked"),
        step("leave", "remove_from_workflow", workflow=other),
        step("city", "update_field", field="contact.city", value="Bristol"),
        step("done", "add_tag", tag="Done"),
    ]


def started(siege: Siege, name: str, *given: dict[str, Any]) -> Campaign:
    public_id = active(siege.app, siege.actor, name, definition=definition(*given))
    with siege.trial.acting():
        start_held(siege.actor, public_id)
    return Campaign(siege.app, siege.actor, public_id, now())


def strike(siege: Siege, dice: Any, seconds: float) -> None:
    for _ in range(dice.randint(2, 4)):
        time.sleep(dice.uniform(0, seconds))
        siege.kill(dice.choice(WORKERS))


def make_due(it: Campaign) -> None:
    with it.app.app_context(), transaction():
        session().execute(
            sa.update(Enrollment)
            .where(
                Enrollment.account_id == it.actor.account_id,
                Enrollment.id.in_([one.id for one in it.enrollments()]),
            )
            .values(due_at=now())
        )


def count(siege: Siege, table: Any, *conditions: Any) -> int:
    with siege.trial.acting():
        query = sa.select(sa.func.count()).select_from(table)
        return session().scalar(query.where(table.account_id == siege.actor.account_id, *conditions)) or 0


def are_at(it: Campaign, place: tuple[str, str]) -> bool:
    where = list(it.where().values())
    return len(where) == PEOPLE and set(where) == {place}


def test_workers_killed_while_people_move(siege: Siege, dice: Any, round_number: int) -> None:
    other = started(siege, f"Other {round_number}", wait("long", 9, "days"), step("x", "add_tag", tag="X"))
    it = started(siege, f"Moved {round_number}", *steps(other.public_id))
    job = siege.start(it.public_id, first=40_000_000 + round_number * PEOPLE)
    strike(siege, dice, 1.5)
    eventually(lambda: are_at(it, ("active", "pause")), within=120)
    siege.all_is_well(job)
    assert are_at(other, ("active", "long"))
    ids = [one.id for one in it.enrollments()]
    even = sum(result == "even" for _, result in passed(siege, ids, "kind"))
    assert count(siege, ContactNote, ContactNote.enrollment_id.in_(ids)) == PEOPLE
    assert 0 < count(siege, Task, Task.enrollment_id.in_(ids)) == even
    make_due(it)
    strike(siege, dice, 1.0)
    eventually(lambda: are_at(it, ("completed", "done")), within=120)
    assert are_at(other, ("withdrawn", "long"))
    assert len(passed(siege, ids)) == (len(steps("")) * PEOPLE) + even
    assert it.numbers_are_right()


def passed(siege: Siege, ids: list[int], step_id: str = "") -> list[tuple[int, str]]:
    """(enrollment id, result) of the passages of enrollments, of one step if it is given."""
    query = sa.select(PassedStep.enrollment_id, PassedStep.result).where(
        PassedStep.account_id == siege.actor.account_id, PassedStep.enrollment_id.in_(ids)
    )
    if step_id:
        query = query.where(PassedStep.step_id == step_id)
    with siege.trial.acting():
        return [(row[0], row[1]) for row in session().execute(query)]
