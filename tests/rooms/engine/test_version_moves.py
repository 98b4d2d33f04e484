"""People in older versions of a workflow are moved to its version, and back (E-08)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.engine.application.changing import moving, planning
from app.engine.application.recounts.verifying import verify_workflows
from app.engine.domain.version_moves import LEAVE
from app.engine.infrastructure.life import version_moves
from app.engine.infrastructure.tables import Enrollment
from app.messaging.application import sending
from app.messaging.domain.states import State
from app.messaging.infrastructure import store
from app.messaging.infrastructure.servers.send_results import SendResult
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, Invalid, NotAllowed
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import branch, definition, email, path, rule, step, wait

LAST = step("last", "add_tag", tag="Last")
FIRST = step("first", "add_tag", tag="First")


def change(app: Flask, it: Campaign, *steps: dict[str, Any]) -> None:
    """Activate a version with these steps."""
    with app.app_context():
        changed = workflows.WorkflowChanges(definition=definition(*steps))
        workflows.update_workflow(it.actor, it.public_id, changed)
        workflows.activate(it.actor, it.public_id, workflows.Ask.NEVER)


def move(app: Flask, it: Campaign, **chosen: str) -> Any:
    with app.app_context():
        plan = planning.plan_move(it.actor, it.public_id)
        moved = moving.start_move(it.actor, it.public_id, plan.number if plan else 0, chosen)
        move_id = moved.id
    return run(app, it, move_id)


def run(app: Flask, it: Campaign, move_id: int) -> Any:
    with app.app_context(), acting_for(it.actor.account_id):
        moving.move_people(it.actor.account_id, move_id)
        it.at = max(it.at, now())
        workflow_id = workflows.find_workflow(it.actor, it.public_id).id
        found = version_moves.latest(it.actor.account_id, workflow_id)
        assert found is not None
        return (found.status, found.moved, found.left, found.returned)


def undo(app: Flask, it: Campaign) -> Any:
    with app.app_context():
        move_id = moving.undo_move(it.actor, it.public_id).id
    return run(app, it, move_id)


def verified(app: Flask, it: Campaign) -> bool:
    with app.app_context():
        found = [one for one in verify_workflows(it.actor) if not one.holds]
        assert not found, found
    return it.numbers_are_right()


def versions(it: Campaign) -> list[int]:
    """The numbers of the versions that people are in, by contact."""
    ids = sorted({one.version_id for one in it.enrollments()})
    return [ids.index(one.version_id) for one in it.enrollments()]


def waiting(app: Flask, bob: Person, count: int = 2, *then: dict[str, Any]) -> tuple[Campaign, list[int]]:
    ids = people(app, bob.actor, count)
    it = campaign(app, bob.actor, FIRST, wait("pause", 2, "days"), *(then or (LAST,)))
    it.enroll(ids)
    it.move()
    return it, ids


def test_people_keep_their_step_and_what_they_wait_for(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    due = [one.due_at for one in it.enrollments()]
    change(app, it, FIRST, wait("pause", 5, "days"), step("new", "add_tag", tag="New"), LAST)
    assert move(app, it) == ("done", 2, 0, 0)
    assert set(it.where().values()) == {("active", "pause")}
    assert [one.due_at for one in it.enrollments()] == due
    assert verified(app, it)
    it.move(days=3)
    assert set(it.where().values()) == {("completed", "last")}
    assert [one for one, _ in it.passed(ids[0])] != [] and "new" in dict(it.passed(ids[0]))
    assert verified(app, it)


def test_steps_that_were_passed_are_not_repeated(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello"), wait("pause"), LAST)
    it.enroll(ids)
    go_on(it)
    change(app, it, wait("pause"), email("hello"), FIRST, LAST)
    move(app, it)
    go_on(it, days=3)
    assert it.where()[ids[0]] == ("completed", "last")
    assert [(one.step_id, one.state) for one in messages(it)] == [("hello", "sent")]
    assert dict(it.passed(ids[0])).keys() == {"hello", "pause", "first", "last"}
    assert verified(app, it)


def test_a_fork_that_was_passed_leads_the_same_way(app: Flask, bob: Person) -> None:
    fork = branch(
        "fork", path("yes", "Yes", {"all": [rule("contact.tags", "has_any", ["First"])]}, wait("pause"))
    )
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, FIRST, fork, LAST)
    it.enroll(ids)
    it.move()
    new = step("new", "add_tag", tag="New")
    again = branch(
        "fork", path("yes", "Yes", {"all": [rule("contact.tags", "has_any", ["Never"])]}, wait("pause"), new)
    )
    change(app, it, wait("before", 1, "hours"), again, LAST)
    move(app, it, pause="before")
    it.move(days=5)
    assert it.where()[ids[0]] == ("completed", "last")
    assert "new" in dict(it.passed(ids[0]))
    assert verified(app, it)


def test_somebody_decides_about_steps_that_no_longer_exist(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    change(app, it, FIRST, wait("other", 1, "days"), LAST)
    with app.app_context():
        plan = planning.plan_move(bob.actor, it.public_id)
        assert plan is not None and [(one.step_id, one.people) for one in plan.missing] == [("pause", 2)]
        for wrong in ({}, {"pause": "nowhere"}, {"pause": "pause"}):
            with pytest.raises(Invalid):
                moving.start_move(bob.actor, it.public_id, 2, wrong)
    assert move(app, it, pause="other") == ("done", 2, 0, 0)
    it.move()
    assert set(it.where().values()) == {("active", "other")}
    assert dict(it.passed(ids[0])) == {"first": ""}
    assert verified(app, it)


def test_people_leave_if_so_chosen_and_come_back(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    before = [(one.status, one.step_id, one.waits_for, one.due_at) for one in it.enrollments()]
    change(app, it, FIRST, LAST)
    assert move(app, it, pause=LEAVE) == ("done", 0, 2, 0)
    assert {(one.status, one.end_reason) for one in it.enrollments()} == {("withdrawn", "step_removed")}
    assert verified(app, it)
    assert "step removed from the workflow" in bob.get(f"/contacts/{ids[0]}").text
    enroll(app, bob.actor, it.public_id, [])
    assert undo(app, it) == ("undone", 0, 2, 2)
    assert [(one.status, one.step_id, one.waits_for, one.due_at) for one in it.enrollments()] == before
    assert verified(app, it)
    it.move(days=3)
    assert set(it.where().values()) == {("completed", "last")}


def test_a_move_is_undone_for_whoever_has_not_continued(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    change(app, it, FIRST, wait("pause", 2, "days"), wait("longer", 9, "days"), LAST)
    move(app, it)
    later = it.enrollments()[0]
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        session().execute(
            sa.update(Enrollment)
            .where(Enrollment.account_id == bob.actor.account_id, Enrollment.id == later.id)
            .values(due_at=now() - timedelta(minutes=1))
        )
    it.move()
    assert it.where() == {ids[0]: ("active", "longer"), ids[1]: ("active", "pause")}
    assert undo(app, it) == ("undone", 2, 0, 1)
    assert versions(it) == [1, 0]
    assert verified(app, it)
    it.move(days=3)
    assert it.where()[ids[1]] == ("completed", "last")


def test_an_undo_ends_without_those_who_were_erased_meanwhile(app: Flask, bob: Person) -> None:
    it, ids = waiting(app, bob)
    change(app, it, FIRST, wait("pause", 2, "days"), wait("longer", 9, "days"), LAST)
    move(app, it)
    with app.app_context():
        contacts.erase_contact(bob.actor, ids[0])
    assert undo(app, it) == ("undone", 2, 0, 1)


def test_a_planned_message_is_sent_once_with_the_new_text(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello", "Old"), LAST)
    it.enroll(ids)
    it.move()
    change(app, it, email("hello", "New"), LAST)
    move(app, it)
    go_on(it)
    assert [(one.subject, one.state) for one in messages(it)] == [("New", "sent")]
    assert it.where()[ids[0]] == ("completed", "last")


def test_a_message_that_is_being_sent_settles_as_it_is(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello", "Old"), LAST)
    it.enroll(ids)
    it.move()
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        [claimed], _ = store.claim(account_id, messages(it)[0].workflow_id, "email", it.at, 20)
    change(app, it, email("other", "Other"), LAST)
    move(app, it, hello="other")
    with app.app_context(), acting_for(account_id):
        result = SendResult(claimed.id, claimed.attempt, State.SENT, "250 OK")
        sending._record(account_id, [claimed], [result], it.at)
    assert it.where()[ids[0]] == ("active", "other")
    go_on(it)
    assert [(one.step_id, one.state) for one in messages(it)] == [("hello", "sent"), ("other", "sent")]
    assert it.where()[ids[0]] == ("completed", "last")
    assert verified(app, it)


def test_a_message_that_could_not_be_sent_is_not_sent_after_its_step_is_gone(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello", "Old"), LAST)
    it.enroll(ids)
    it.move()
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        [claimed], _ = store.claim(account_id, messages(it)[0].workflow_id, "email", it.at, 20)
    change(app, it, email("other", "Other"), LAST)
    move(app, it, hello="other")
    with app.app_context(), acting_for(account_id):
        result = SendResult(claimed.id, claimed.attempt, State.PLANNED, "450 Later")
        sending._record(account_id, [claimed], [result], it.at)
    go_on(it)
    assert [(one.step_id, one.state) for one in messages(it)] == [("hello", "withdrawn"), ("other", "sent")]
    assert verified(app, it)


def test_whoever_comes_back_to_a_step_gets_its_message_once(app: Flask, bob: Person) -> None:
    """Its message was withdrawn for one, and had been sent for the other."""
    ids = people(app, bob.actor, 2)
    it = campaign(app, bob.actor, email("hello", "Old"), LAST)
    it.enroll(ids)
    it.move()
    account_id, workflow_id = bob.actor.account_id, messages(it)[0].workflow_id
    with app.app_context(), acting_for(account_id), transaction():
        [claimed], _ = store.claim(account_id, workflow_id, "email", it.at, 1)
    change(app, it, wait("pause"), LAST)
    move(app, it, hello="pause")
    with app.app_context(), acting_for(account_id):
        result = SendResult(claimed.id, claimed.attempt, State.SENT, "250 OK")
        sending._record(account_id, [claimed], [result], it.at)
    assert sorted(one.state for one in messages(it)) == ["sent", "withdrawn"]
    change(app, it, email("hello", "New"), LAST)
    move(app, it, pause="hello")
    go_on(it)
    assert [one.state for one in messages(it)] == ["sent", "sent"]
    assert set(it.where().values()) == {("completed", "last")}
    assert verified(app, it)


def test_a_message_of_a_step_that_is_switched_off_is_not_sent(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello", "Old"), LAST)
    it.enroll(ids)
    it.move()
    change(app, it, {**email("hello", "Old"), "enabled": False}, LAST)
    assert move(app, it) == ("done", 1, 0, 0)
    go_on(it)
    assert [one.state for one in messages(it)] == ["withdrawn"]
    assert it.where()[ids[0]] == ("completed", "last")
    assert verified(app, it)


def test_steps_that_were_passed_before_a_retry_are_not_repeated(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello"), wait("pause", 2, "days"), LAST)
    it.enroll(ids)
    it.move()
    go_on(it)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        session().execute(
            sa.update(Enrollment)
            .where(Enrollment.account_id == bob.actor.account_id, Enrollment.contact_id == ids[0])
            .values(visit=Enrollment.visit + 1)
        )
    change(app, it, wait("pause", 2, "days"), email("hello"), LAST)
    move(app, it)
    it.move(days=3)
    go_on(it)
    assert [one.state for one in messages(it)] == ["sent"], "not once more"
    assert it.where()[ids[0]] == ("completed", "last")


def test_a_planned_message_of_a_removed_step_is_withdrawn_and_planned_again_by_an_undo(
    app: Flask, bob: Person
) -> None:
    ids = people(app, bob.actor, 1)
    it = campaign(app, bob.actor, email("hello", "Old"), LAST)
    it.enroll(ids)
    it.move()
    change(app, it, wait("pause"), LAST)
    move(app, it, hello="pause")
    assert [one.state for one in messages(it)] == ["withdrawn"]
    undo(app, it)
    assert [one.state for one in messages(it)] == ["planned"]
    go_on(it)
    assert [one.state for one in messages(it)] == ["sent"]
    assert it.where()[ids[0]] == ("completed", "last")
    assert verified(app, it)


def test_people_who_have_not_begun_begin_at_the_first_step(app: Flask, bob: Person) -> None:
    public_id = active(app, bob.actor, "Held", definition=definition(LAST))
    ids = people(app, bob.actor, 2)
    enroll(app, bob.actor, public_id, ids)
    it = Campaign(app, bob.actor, public_id, now())
    change(app, it, FIRST, LAST)
    assert move(app, it) == ("done", 2, 0, 0)
    assert set(it.where().values()) == {("held", "first")}
    assert verified(app, it)
    assert undo(app, it) == ("undone", 2, 0, 2)
    assert set(it.where().values()) == {("held", "last")}
    assert verified(app, it)


def test_a_task_that_comes_twice_or_dies_moves_nobody_twice(
    app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, _ = waiting(app, bob, 5)
    change(app, it, wait("pause", 2, "days"), LAST)
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    with app.app_context():
        move_id = moving.start_move(bob.actor, it.public_id, 2, {}).id
        with pytest.raises(Conflict):
            moving.start_move(bob.actor, it.public_id, 2, {})
    done = version_moves.go_to

    def die(*given: Any) -> None:
        done(*given)
        if len([one for one in versions(it) if one == 1]) >= 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(version_moves, "go_to", die)
    with pytest.raises(RuntimeError):
        run(app, it, move_id)
    monkeypatch.setattr(version_moves, "go_to", done)
    assert sorted(versions(it)) == [0, 0, 0, 1, 1]
    assert verified(app, it)
    assert run(app, it, move_id) == ("done", 5, 0, 0)
    assert run(app, it, move_id) == ("done", 5, 0, 0)
    assert verified(app, it)


def test_the_page_says_what_happens_to_whom(app: Flask, bob: Person, vera: Person, mallory: Person) -> None:
    it, _ = waiting(app, bob)
    page = f"/workflows/{it.public_id}"
    assert "older version" not in bob.get(page).text
    change(app, it, FIRST, LAST)
    assert "2 people are in an older version" in bob.get(page).text
    assert "Move them to the new version" not in vera.get(page).text
    asked = " ".join(re.sub(r"<[^>]+>", " ", bob.get(f"{page}/version-move").text).split())
    assert "2 people at" in asked and "which no longer exists" in asked
    assert bob.post(f"{page}/version-move", {"version": "2"}).status_code == 422
    assert (
        "Check again what happens"
        in bob.post(f"{page}/version-move", {"version": "1"}, follow_redirects=True).text
    )
    for person, answer in ((vera, 403), (mallory, 404)):
        assert person.get(f"{page}/version-move").status_code == answer
        assert person.post(f"{page}/version-move", {"version": "2", "to-pause": "last"}).status_code == answer
        assert person.post(f"{page}/version-move/undo", {}).status_code == answer
    assert bob.post(f"{page}/version-move", {"version": "2", "to-pause": "last"}).status_code == 303
    assert "People are being moved" in bob.get(page).text
    with app.app_context():
        [(account_id, move_id)] = version_moves.unfinished()
    run(app, it, move_id)
    assert "Undo the move" in bob.get(page).text
    assert bob.post(f"{page}/version-move/undo", {}).status_code == 303
    assert account_id == bob.actor.account_id
    with app.app_context(), pytest.raises(NotAllowed):
        moving.undo_move(vera.actor, it.public_id)
