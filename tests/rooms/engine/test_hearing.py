"""What happens to contacts ends their enrollments or lets them go on, in the same transaction (E-06, E-07,
W-08, W-10)."""

from typing import Any

from flask import Flask

from app.contacts import application as contacts
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import campaign
from tests.unit.workflows.documents import goal, goals, step, wait

LAST = step("last", "add_tag", tag="Last")


def tag(app: Flask, bob: Person, ids: list[int], name: str) -> None:
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        account_id = bob.actor.account_id
        contacts.hold_many(account_id, id_list(ids), to_change=True)
        contacts.tag_many(account_id, id_list(ids), contacts.ensure_tags(account_id, [name]), None, now())


def long(**given: Any) -> tuple[dict[str, Any], ...]:
    return wait("pause", 9, "days"), LAST


def test_a_tag_is_a_goal(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    it = campaign(app, bob.actor, *long(), goals=goals(goal("g", "tag_added", tag="Customer")))
    it.enroll(ids)
    it.move()
    tag(app, bob, ids[:1], "customer")
    assert it.where()[ids[0]] == ("goal_reached", "pause")
    assert it.where()[ids[1]] == ("active", "pause")
    assert it.move(days=9) == 2
    assert it.where()[ids[0]] == ("goal_reached", "pause")
    assert it.numbers_are_right()


def test_a_goal_that_was_reached_before_is_not_reached_again_by_another(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    tag(app, bob, ids, "Customer")
    either = goals(goal("g", "tag_added", tag="Customer"), goal("h", "tag_added", tag="Partner"))
    gained_and_lost = step("gain", "add_tag", tag="Partner"), step("lose", "remove_tag", tag="Partner")
    it = campaign(app, bob.actor, *gained_and_lost, *long(), goals=either)
    it.enroll(ids)
    it.move()
    assert it.where()[ids[0]] == ("active", "pause")


def test_a_tag_that_came_and_went_before_the_wait_does_not_end_it(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    came_and_went = step("gain", "add_tag", tag="Ready"), step("lose", "remove_tag", tag="Ready")
    timeout = {"amount": 3, "unit": "days"}
    ready = step("ready", "wait_for_event", event="tag_added", tag="Ready", timeout=timeout)
    it = campaign(app, bob.actor, *came_and_went, ready, LAST)
    it.enroll(ids)
    it.move()
    assert it.where()[ids[0]] == ("active", "ready")


def test_all_goals_must_be_reached_if_it_says_so(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 2)
    both = goals(
        goal("g", "tag_added", tag="Customer"),
        goal("h", "field_equals", field="contact.city", value="Bristol"),
        match="all",
    )
    it = campaign(app, bob.actor, *long(), goals=both)
    it.enroll(ids)
    it.move()
    tag(app, bob, ids, "Customer")
    assert set(it.where().values()) == {("active", "pause")}
    with app.app_context():
        change = contacts.ContactChange(given={"city": "Bristol"})
        contacts.edit_contact(bob.actor, ids[0], change, lambda contact: None)
    assert [it.where()[one][0] for one in ids] == ["goal_reached", "active"]


def test_a_wait_for_a_tag(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    tag(app, bob, ids[:1], "Ready")
    waits = step(
        "ready", "wait_for_event", event="tag_added", tag="Ready", timeout={"amount": 3, "unit": "days"}
    )
    it = campaign(app, bob.actor, waits, LAST)
    it.enroll(ids)
    it.move()
    assert [it.where()[one][0] for one in ids] == ["completed", "active", "active"]
    tag(app, bob, ids[1:2], "Ready")
    assert it.move(seconds=5) == 1
    assert [it.where()[one][0] for one in ids] == ["completed", "completed", "active"]
    assert it.move(days=3) == 1
    assert [dict(it.passed(one))["ready"] for one in ids] == ["", "", "timeout"]
    assert it.numbers_are_right()


def test_whoever_can_no_longer_be_contacted_leaves(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    it = campaign(app, bob.actor, *long())
    it.enroll(ids)
    it.move()
    with app.app_context():
        contacts.unsubscribe(bob.actor, ids[0])
    assert it.where()[ids[0]] == ("withdrawn", "pause")
    assert {one.end_reason for one in it.enrollments()} == {None, "opted_out"}
    assert it.move(days=9) == 2
    assert it.numbers_are_right()


def test_a_step_of_the_workflow_may_reach_its_goal(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 2)
    it = campaign(
        app,
        bob.actor,
        step("mark", "add_tag", tag="Customer"),
        *long(),
        goals=goals(goal("g", "tag_added", tag="Customer")),
    )
    it.enroll(ids)
    it.move()
    assert set(it.where().values()) == {("goal_reached", "pause")}
    assert it.numbers_are_right()
