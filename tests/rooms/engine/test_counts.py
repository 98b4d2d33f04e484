"""The numbers of enrollments that pages show are those of the table, whoever writes, also two at once."""

from collections import Counter
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts.application.bulk.deletion import delete_many
from app.contacts.infrastructure.tables import Contact
from app.engine.application import people_under_way, withdraw_many
from app.engine.infrastructure.counters import counts
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person
from tests.rooms.engine.enrolled import end, enroll, people
from tests.rooms.workflows.drafts import active
from tests.services.statements import statements


def kept_and_counted(account_id: int) -> tuple[dict[int, dict[str, int]], dict[int, dict[str, int]]]:
    kept, counted = {}, {}
    for workflow_id in session().scalars(sa.select(Workflow.id).where(Workflow.account_id == account_id)):
        statuses = session().scalars(
            sa.select(Enrollment.status).where(
                Enrollment.account_id == account_id, Enrollment.workflow_id == workflow_id
            )
        )
        counted[workflow_id] = dict(Counter(statuses))
        kept[workflow_id] = {key: n for key, n in counts.by_status(account_id, workflow_id).items() if n}
    return kept, counted


def assert_right(app: Flask, bob: Person) -> dict[int, int]:
    with app.app_context(), acting_for(bob.actor.account_id):
        kept, counted = kept_and_counted(bob.actor.account_id)
        assert kept == counted
        active_now = people_under_way(bob.actor, list(kept))
        for workflow_id in kept:
            both = counts.active_and_counted(bob.actor.account_id, workflow_id)
            assert both == (active_now.get(workflow_id, 0),) * 2
        return active_now


def test_whoever_writes_enrollments_keeps_their_number(app: Flask, bob: Person) -> None:
    first, second = active(app, bob.actor), active(app, bob.actor, name="Second")
    ids = people(app, bob.actor, 8)
    enroll(app, bob.actor, first, ids)
    enroll(app, bob.actor, first, ids)  # nobody twice
    enroll(app, bob.actor, second, ids[:5])
    end(app, bob.actor, ids[7], "completed")
    assert sorted(assert_right(app, bob).values()) == [5, 7]
    account_id = bob.actor.account_id
    with app.app_context(), transaction():
        session().execute(
            sa.update(Enrollment)
            .where(Enrollment.account_id == account_id, Enrollment.contact_id.in_(ids[:3]))
            .values(job_id=7)
        )
        mine = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id.in_(ids[:4]))
        assert withdraw_many(account_id, mine, job_id=7, undone_by=8, at=now()) == 6
        assert withdraw_many(account_id, mine, job_id=7, undone_by=8, at=now()) == 0
    assert sorted(assert_right(app, bob).values()) == [2, 4]
    with app.app_context(), acting_for(account_id), transaction():
        rest = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id == ids[3])
        delete_many(account_id, rest, now())
    assert sorted(assert_right(app, bob).values()) == [1, 3]


def test_numbers_that_exist_and_new_ones_are_changed_together(app: Flask, bob: Person) -> None:
    account_id = bob.actor.account_id
    old, new, same = (counts.Place(1, 1, step_id, "held") for step_id in ("old", "new", "it’s “same”"))
    with app.app_context(), acting_for(account_id), transaction(), statements(app) as found:
        counts.change(account_id, {old: 2, same: 1})
        assert len(found) == 2
        counts.change(account_id, {new: 3, old: -5, same: 0})
        assert len(found) == 5
        counts.change(account_id, {same: 0})
        assert len(found) == 5
        assert counts.by_step(account_id, 1) == {
            ("old", "held"): -3,
            ("new", "held"): 3,
            ("it’s “same”", "held"): 1,
        }


def test_what_is_rolled_back_is_not_counted(app: Flask, bob: Person) -> None:
    workflow = active(app, bob.actor)
    ids = people(app, bob.actor, 2)
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
        counts.change(bob.actor.account_id, {counts.Place(1, 1, "", "held"): 3})
        raise ZeroDivisionError
    enroll(app, bob.actor, workflow, ids)
    assert list(assert_right(app, bob).values()) == [2]


@pytest.mark.only_on("postgresql", "SQLite has one writer")
def test_writers_at_once_do_not_wait_for_each_other(app: Flask, bob: Person) -> None:
    """Both have changed the numbers of the same workflow before either of them commits."""
    account_id, both = bob.actor.account_id, Barrier(2, timeout=20)
    places = [counts.Place(1, 1, step_id, "held") for step_id in ("b", "a", "c")]
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(3):
                with app.app_context(), transaction():
                    counts.change(account_id, dict.fromkeys(places, 5))
                    both.wait()
        except BaseException as failure:
            failures.append(failure)

    writers = [Thread(target=write) for _ in range(2)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(60)
    assert not failures
    with app.app_context(), acting_for(account_id):
        assert counts.by_step(account_id, 1) == {(step_id, "held"): 30 for step_id in ("a", "b", "c")}
        query = sa.select(sa.func.count()).where(EnrollmentCount.account_id == account_id)
        assert session().scalar(query) == 6
