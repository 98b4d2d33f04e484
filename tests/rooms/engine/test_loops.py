"""Loops of workflows that could not be refused are cut at run time, and the owner is told (E-20)."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.engine.application.moving.loops import MOST_A_DAY
from app.engine.infrastructure.tables import Enrollment
from app.notifications.infrastructure.tables import Notification
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.unit.workflows.documents import definition, step


def loop(app: Flask, bob: Person) -> tuple[Campaign, Campaign]:
    """Two workflows that add contacts to each other, as versions of an earlier release might."""
    mark = step("mark", "add_tag", tag="Marked")
    first = campaign(app, bob.actor, mark, name="First")
    second = campaign(
        app, bob.actor, mark, step("back", "enroll_in_workflow", workflow=first.public_id), name="Second"
    )
    document = definition(mark, step("there", "enroll_in_workflow", workflow=second.public_id))
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        own = workflows.find_workflow(bob.actor, first.public_id).active_version_id
        session().execute(
            sa.update(WorkflowVersion)
            .where(WorkflowVersion.account_id == account_id, WorkflowVersion.id == own)
            .values(definition=document)
        )
        again = sa.update(Workflow).where(Workflow.account_id == account_id).values(enroll_again=True)
        session().execute(again)
    return first, second


def times(it: Campaign) -> Counter[tuple[int, str]]:
    return Counter((one.contact_id, one.source) for one in it.enrollments())


def told(app: Flask, person: Person) -> list[tuple[str, Any]]:
    with app.app_context(), acting_for(person.actor.account_id):
        query = sa.select(Notification.subject_id, Notification.facts).where(
            Notification.account_id == person.actor.account_id,
            Notification.user_id == person.actor.user_id,
            Notification.kind == "loop_cut",
        )
        return [(row[0], row[1]) for row in session().execute(query.order_by(Notification.id))]


def test_a_loop_is_cut_after_ten_rounds_a_day(app: Flask, bob: Person, alice: Person) -> None:
    first, second = loop(app, bob)
    ids = people(app, bob.actor, 3)
    first.enroll(ids)
    first.move()
    by_hand = {(one, "bulk_enrollment"): 1 for one in ids}
    by_workflow = {(one, "workflow"): MOST_A_DAY for one in ids}
    assert times(first) == {**by_hand, **by_workflow}
    assert times(second) == by_workflow
    assert {one.status for one in first.enrollments()} == {"completed"}
    assert Counter(first.passed(ids[0]))["there", "skipped"] == 1
    assert first.numbers_are_right()
    assert told(app, alice) == [(second.public_id, {"workflow": "Second", "contacts": 3})]
    assert not told(app, bob), "the owner is told"
    page = alice.get("/notifications").text
    assert "3 contacts were not added again: workflows had added them 10 times within a day." in page


def test_the_owner_is_told_once_a_day_and_the_day_after_it_goes_on(
    app: Flask, bob: Person, alice: Person
) -> None:
    first, second = loop(app, bob)
    one, other = people(app, bob.actor, 2)
    first.enroll([one])
    first.move()
    first.enroll([other])
    first.move()
    assert times(second) == {(one, "workflow"): MOST_A_DAY, (other, "workflow"): MOST_A_DAY}
    assert len(told(app, alice)) == 1
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        earlier = sa.update(Enrollment).where(
            Enrollment.account_id == account_id, Enrollment.contact_id == one
        )
        session().execute(earlier.values(enrolled_at=first.at.replace(year=first.at.year - 1)))
    first.enroll([one])
    first.move()
    assert times(second)[one, "workflow"] == 2 * MOST_A_DAY


def test_contacts_who_come_by_other_ways_are_not_counted(app: Flask, bob: Person, alice: Person) -> None:
    first, second = loop(app, bob)
    [one] = people(app, bob.actor, 1)
    for _ in range(MOST_A_DAY + 2):
        second.enroll([one])
    second.move()
    assert times(second)[one, "bulk_enrollment"] == 1, "it was still in it"
    assert times(first)[one, "workflow"] == MOST_A_DAY
