"""Archiving a workflow ends the enrollments in it, those of held people, too (E-07)."""

from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts.infrastructure.tables import Contact
from app.engine.application import archiving
from app.engine.infrastructure.tables import Enrollment
from app.messaging.infrastructure.tables import Message
from app.platform.database import db, session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import email, step, wait

LAST = step("last", "add_tag", tag="Last")


def archive(bob: Person, public_id: str) -> None:
    bob.post(f"/workflows/{public_id}/activation/removal")
    assert bob.post(f"/workflows/{public_id}/archiving").status_code == 303


def crowd(app: Flask, bob: Person, number: int) -> list[int]:
    account_id = bob.actor.account_id
    rows = [
        {"account_id": account_id, "email": f"c{at}@example.com", "email_key": f"c{at}@example.com"}
        for at in range(number)
    ]
    with app.app_context(), acting_for(account_id), transaction():
        session().execute(sa.insert(Contact), rows)
        return list(session().scalars(sa.select(Contact.id).where(Contact.account_id == account_id)))


def statuses(it: Campaign) -> Counter[tuple[str, str | None]]:
    return Counter((one.status, one.end_reason) for one in it.enrollments())


def resume(app: Flask) -> None:
    with app.app_context():
        archiving.resume_leaving()


def test_everybody_leaves_at_once_and_it_is_said_why(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    it = campaign(app, bob.actor, wait("pause", 2, "days"), LAST, name="Win-back")
    it.enroll(ids)
    it.move()
    archive(bob, it.public_id)
    assert statuses(it) == {("withdrawn", "archived"): 3}
    assert it.where() == dict.fromkeys(ids, ("withdrawn", "pause"))
    assert it.numbers_are_right()
    assert it.move(days=3) == 0
    contact = bob.get(f"/contacts/{ids[0]}").text
    assert f'<a href="/workflows/{it.public_id}">Removed from Win-back: workflow archived</a>' in contact
    assert "workflow archived, Step 1." in contact
    assert "workflow archived" in bob.get(f"/workflows/{it.public_id}/people?view=left").text


def test_people_who_are_held_leave_too_and_those_who_left_before_stay_as_they_are(
    app: Flask, bob: Person
) -> None:
    it = campaign(app, bob.actor, LAST)
    done, other = people(app, bob.actor, 2)
    it.enroll([done])
    it.move()
    held = active(app, bob.actor, name="Held")
    enroll(app, bob.actor, held, [done, other])
    assert "will be removed from it" not in bob.get(f"/workflows/{held}").text
    archive(bob, held)
    archive(bob, it.public_id)
    assert statuses(Campaign(app, bob.actor, held, it.at)) == {("withdrawn", "archived"): 2}
    assert it.where() == {done: ("completed", "last")}
    assert it.numbers_are_right()
    assert "hasn’t been started" not in bob.get(f"/workflows/{held}").text


def test_messages_that_are_not_sent_yet_are_withdrawn(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, email("hello"), LAST)
    it.enroll(people(app, bob.actor, 2))
    it.move()
    archive(bob, it.public_id)
    with app.app_context(), acting_for(bob.actor.account_id):
        query = sa.select(Message.state).where(Message.account_id == bob.actor.account_id)
        assert list(session().scalars(query)) == ["withdrawn"] * 2


def test_a_workflow_that_is_only_paused_keeps_its_people(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, wait("pause", 2, "days"), LAST)
    it.enroll(people(app, bob.actor, 2))
    it.move()
    bob.post(f"/workflows/{it.public_id}/activation/removal")
    with app.app_context(), acting_for(bob.actor.account_id):
        workflow_id = workflows.find_workflow(bob.actor, it.public_id).id
        archiving.leave_archived(bob.actor.account_id, workflow_id)
    assert statuses(it) == {("active", None): 2}
    assert "2 active people will be removed from it" in bob.get(f"/workflows/{it.public_id}").text


def test_many_leave_in_pieces_also_if_a_task_is_lost(
    app: Flask, bob: Person, run_tasks: Callable[[], bool]
) -> None:
    number = 2 * archiving.AT_ONCE + 10
    it = campaign(app, bob.actor, wait("pause", 2, "days"), LAST)
    it.enroll(crowd(app, bob, number))
    archive(bob, it.public_id)
    assert statuses(it) == {("withdrawn", "archived"): archiving.AT_ONCE, ("active", None): number - 5_000}
    assert it.numbers_are_right()
    resume(app)  # a second task, because the clock cannot know of the first one
    while run_tasks():
        pass
    assert statuses(it) == {("withdrawn", "archived"): number}
    assert it.numbers_are_right()
    resume(app)
    assert not run_tasks()


@pytest.mark.only_on("postgresql", "SQLite has one writer")
def test_somebody_whom_a_move_is_holding_leaves_later(
    app: Flask, bob: Person, run_tasks: Callable[[], bool]
) -> None:
    it = campaign(app, bob.actor, wait("pause", 2, "days"), LAST)
    ids = people(app, bob.actor, 2)
    it.enroll(ids)
    with app.app_context(), db.engine.connect() as connection:
        held = sa.select(Enrollment.id).where(Enrollment.contact_id == ids[0]).with_for_update()
        connection.execute(held, execution_options={"cross_account": True})
        archive(bob, it.public_id)
        connection.rollback()
    assert statuses(it) == {("withdrawn", "archived"): 1, ("active", None): 1}
    resume(app)
    while run_tasks():
        pass
    assert statuses(it) == {("withdrawn", "archived"): 2}
    assert it.numbers_are_right()
