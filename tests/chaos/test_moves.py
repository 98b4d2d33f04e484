"""Workers killed while people go through a workflow: every step has its effect exactly once (E-03, W-04).
Requests of webhook steps are sent at least once, always with the same key (E-16)."""

import json
import time
from collections import defaultdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.deliveries.application import sending
from app.deliveries.infrastructure.store import LEASE_SECONDS
from app.deliveries.infrastructure.tables import Delivery
from app.engine.application import start_held
from app.engine.infrastructure.tables import Enrollment, PassedStep
from app.platform.clock import now
from app.platform.database import session, transaction
from app.tasks.infrastructure.tables import ContactNote, Task
from tests.chaos.siege import PEOPLE, WORKERS, Siege, eventually
from tests.chaos.visitors import Visitors
from tests.rooms.engine.moved import Campaign
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import branch, definition, path, rule, split, step, wait

IS_EVEN = {"all": [rule("contact.email", "contains", "0@")]}


def steps(other: str, url: str) -> list[dict[str, Any]]:
    """Steps of every kind that the engine does by itself, and a request for some."""
    task = step("task", "create_task", title="Call", due_days=1)
    return [
        step("mark", "add_tag", tag="Marked"),
        step("note", "add_note", text="Hello {{ contact.first_name }}"),
        split("ab", 50, 50),
        branch("kind", path("even", "Even", IS_EVEN, task, step("hook", "webhook", url=url))),
        step("join", "enroll_in_workflow", workflow=other),
        wait("pause", 1, "days"),
        step("unmark", "remove_tag", tag="Marked"),
        step("leave", "remove_from_workflow", workflow=other),
        step("city", "update_field", field="contact.city", value="Bristol"),
        step("done", "add_tag", tag="Done"),
    ]


def started(siege: Siege, name: str, *given: dict[str, Any], trigger: Any = None) -> Campaign:
    public_id = active(siege.app, siege.actor, name, definition=definition(*given, trigger=trigger))
    with siege.trial.acting():
        start_held(siege.actor, public_id)
    return Campaign(siege.app, siege.actor, public_id, now())


def strike(siege: Siege, dice: Any, seconds: float, visitors: Visitors | None = None) -> None:
    """Kill workers, and let visitors come meanwhile."""
    for _ in range(dice.randint(2, 4)):
        if visitors is not None:
            visitors.come(3)
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


def are_at(it: Campaign, people: int, place: tuple[str, str]) -> bool:
    where = list(it.where().values())
    return len(where) == people and set(where) == {place}


def end_requests(siege: Siege) -> None:
    """Let the leases end now of requests that are under way for so long that their sender must be dead."""
    began = now() - timedelta(seconds=5)
    with siege.trial.acting(), transaction():
        session().execute(
            sa.update(Delivery)
            .where(
                Delivery.account_id == siege.actor.account_id,
                Delivery.state == "sending",
                Delivery.lease_until < began + timedelta(seconds=LEASE_SECONDS),
            )
            .values(lease_until=began)
        )
    with siege.app.app_context():
        sending.release_abandoned()


def requests_to(siege: Siege, path: str) -> dict[str, set[bytes]]:
    """{Idempotency-Key: bodies} of the requests that were received."""
    found: dict[str, set[bytes]] = defaultdict(set)
    for request in siege.hooks.received:
        if request.path == path:
            found[request.headers["Idempotency-Key"]].add(request.body)
    return found


def contacts_in(requests: dict[str, set[bytes]]) -> list[int]:
    """The contacts of requests, one for each key, whose body is always the same."""
    return [json.loads(body)["contact"]["id"] for [body] in requests.values()]


def test_workers_killed_while_people_move(siege: Siege, dice: Any, round_number: int) -> None:
    here = f"/moved/{round_number}"
    visitors = Visitors(siege, f"moved{round_number}x")
    other = started(siege, f"Other {round_number}", wait("long", 9, "days"), step("x", "add_tag", tag="X"))
    given = steps(other.public_id, siege.hooks.url + here)
    it = started(siege, f"Moved {round_number}", *given, trigger=visitors.trigger)
    job = siege.start(it.public_id, first=40_000_000 + round_number * PEOPLE)
    strike(siege, dice, 1.5, visitors)
    people = PEOPLE + len(visitors.addresses)

    def have_come(place: tuple[str, str]) -> bool:
        end_requests(siege)
        return are_at(it, people, place)

    eventually(lambda: have_come(("active", "pause")), within=120, pause=0.5)
    siege.all_is_well(job)
    assert are_at(other, people, ("active", "long"))
    ids = [one.id for one in it.enrollments()]
    even = sum(result == "even" for _, result in passed(siege, ids, "kind"))
    assert count(siege, ContactNote, ContactNote.enrollment_id.in_(ids)) == people
    assert len(visitors.addresses) < count(siege, Task, Task.enrollment_id.in_(ids)) == even
    asked = contacts_in(requests_to(siege, here))
    assert len(asked) == len(set(asked)) == even
    make_due(it)
    strike(siege, dice, 1.0)
    eventually(lambda: are_at(it, people, ("completed", "done")), within=120)
    assert are_at(other, people, ("withdrawn", "long"))
    assert len(passed(siege, ids)) == len(given) * people + 2 * even
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
