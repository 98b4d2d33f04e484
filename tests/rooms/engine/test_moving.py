"""Enrollments go from step to step by set, each step once, and the numbers of steps are right (E-01, E-02,
E-03, W-03, W-04)."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts.application import ensure_tags, tag_many
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.engine.infrastructure.tables import Enrollment, PassedStep
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from app.tasks.infrastructure.tables import ContactNote, Task
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import WorkflowVersion
from tests.people import Person
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.workflows.drafts import active
from tests.services.statements import statements
from tests.unit.workflows.documents import branch, email, off, path, rule, split, step, wait

LAST = step("last", "add_tag", tag="Last")


def tagged(app: Flask, bob: Person, tag: str) -> set[int]:
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        [tag_id] = ensure_tags(bob.actor.account_id, [tag])
        query = sa.select(ContactTag.contact_id).where(
            ContactTag.account_id == bob.actor.account_id, ContactTag.tag_id == tag_id
        )
        return set(session().scalars(query))


def add_tag(app: Flask, bob: Person, ids: list[int], tag: str) -> None:
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        tags = ensure_tags(bob.actor.account_id, [tag])
        tag_many(bob.actor.account_id, id_list(ids), tags, None, now())


def test_from_the_first_step_to_the_end(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    it = campaign(
        app,
        bob.actor,
        step("mark", "add_tag", tag="Spring"),
        wait("pause", 2, "days"),
        off(step("never", "add_tag", tag="Never")),
        step("unmark", "remove_tag", tag="Spring"),
        step("done", "add_tag", tag="Done"),
    )
    it.enroll(ids)
    assert it.where() == dict.fromkeys(ids, ("active", "mark"))
    assert it.move() == 3
    assert it.where() == dict.fromkeys(ids, ("active", "pause"))
    assert tagged(app, bob, "Spring") == set(ids)
    assert {one.due_at for one in it.enrollments()} == {it.at + timedelta(days=2)}
    assert it.move(hours=47, minutes=59) == 0
    assert it.move(minutes=1) == 3
    assert it.where() == dict.fromkeys(ids, ("completed", "done"))
    assert tagged(app, bob, "Spring") == tagged(app, bob, "Never") == set()
    assert tagged(app, bob, "Done") == set(ids)
    assert sorted(it.passed(ids[0])) == [("done", ""), ("mark", ""), ("pause", ""), ("unmark", "")]
    assert it.move(days=30) == 0
    assert it.numbers_are_right()


def test_people_are_held_until_somebody_starts_the_workflow(app: Flask, bob: Person, vera: Person) -> None:
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 2))
    it = campaign(app, bob.actor, LAST, name="Other")
    it.public_id = public_id
    assert it.move(days=1) == 0
    assert {status for status, _ in it.where().values()} == {"held"}


def test_a_branch_takes_the_first_path_that_fits(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 6)
    add_tag(app, bob, ids[:2], "vip")
    add_tag(app, bob, ids[1:4], "lead")
    it = campaign(
        app,
        bob.actor,
        branch(
            "kind",
            path(
                "vips", "VIPs", {"all": [rule("contact.tags", "has_any", ["vip"])]}, wait("long", 9, "days")
            ),
            path("leads", "Leads", {"all": [rule("contact.tags", "has_any", ["lead"])]}),
            otherwise=[step("other", "add_tag", tag="Other")],
        ),
        step("all", "add_tag", tag="All"),
    )
    it.enroll(ids)
    it.move()
    assert {one for one, place in it.where().items() if place == ("active", "long")} == set(ids[:2])
    assert tagged(app, bob, "Other") == set(ids[4:])
    assert tagged(app, bob, "All") == set(ids[2:])
    it.move(days=9)
    assert tagged(app, bob, "All") == set(ids)
    assert ("kind", "vips") in it.passed(ids[0]) and ("kind", "default") in it.passed(ids[5])
    assert it.numbers_are_right()


def test_a_split_is_fair_and_the_same_every_time(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 200)
    it = campaign(app, bob.actor, split("ab", 50, 30, 20), LAST)
    again = campaign(app, bob.actor, split("ab", 50, 30, 20), LAST, name="Again")
    for one in (it, again):
        one.enroll(ids)
        one.move()
    for one in ids[:40]:
        taken = [result for step_id, result in it.passed(one) if step_id == "ab"]
        assert len(taken) == 2 and len(set(taken)) == 1, "both workflows choose the same path"
    with app.app_context(), acting_for(bob.actor.account_id):
        query = sa.select(PassedStep.result, sa.func.count()).where(
            PassedStep.account_id == bob.actor.account_id, PassedStep.step_id == "ab"
        )
        shares = dict(session().execute(query.group_by(PassedStep.result)).all())
    assert 70 <= shares["ab-1"] / 2 <= 130 and 35 <= shares["ab-2"] / 2 <= 90 and shares["ab-3"] > 30


def test_criteria_that_cannot_be_evaluated_send_nobody_the_wrong_way(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 2)
    it = campaign(app, bob.actor, wait("pause"), branch("kind", path("a", "A", rule_on_tags(), LAST)))
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        workflow = workflows.find_workflow(bob.actor, it.public_id)
        version = session().get(WorkflowVersion, workflow.active_version_id)
        assert version is not None
        document = {**version.definition}
        document["steps"][1]["config"]["arms"][0]["criteria"] = {
            "all": [rule("contact.custom.gone", "equals", "x")]
        }
        session().execute(
            sa.update(WorkflowVersion)
            .where(WorkflowVersion.account_id == bob.actor.account_id, WorkflowVersion.id == version.id)
            .values(definition=document)
        )
    it.enroll(ids)
    it.move()
    it.move(days=2)
    assert it.where() == dict.fromkeys(ids, ("failed", "kind"))
    assert {one.end_reason for one in it.enrollments()} == {"criteria"}
    assert it.numbers_are_right()


def rule_on_tags() -> dict[str, object]:
    return {"all": [rule("contact.tags", "has_any", ["vip"])]}


def test_stop_ends_and_another_workflow_begins(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    second = campaign(app, bob.actor, wait("later", 5, "days"), LAST, name="Second")
    third = campaign(app, bob.actor, wait("never", 9, "days"), LAST, name="Third")
    third.enroll(ids)
    first = campaign(
        app,
        bob.actor,
        step("join", "enroll_in_workflow", workflow=second.public_id),
        step("leave", "remove_from_workflow", workflow=third.public_id),
        step("end", "stop"),
        name="First",
    )
    first.enroll(ids)
    first.move()
    assert set(first.where().values()) == {("completed", "end")}
    assert {one.end_reason for one in first.enrollments()} == {"stopped"}
    assert set(second.where().values()) == {("active", "later")}
    assert {one.source for one in second.enrollments()} == {"workflow"}
    assert set(third.where().values()) == {("withdrawn", "never")}
    assert {one.end_reason for one in third.enrollments()} == {"other_workflow"}
    assert first.numbers_are_right()


def test_messages_stand_at_their_step(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, email("hello"), wait("pause"))
    it.enroll(people(app, bob.actor, 1))
    assert it.move() == 1
    assert it.move(days=400) == 0
    [one] = it.enrollments()
    assert (one.step_id, one.waits_for, one.due_at) == ("hello", "message", None)


def test_nothing_moves_while_the_workflow_is_paused(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, wait("pause", 1, "days"), step("mark", "add_tag", tag="Spring"))
    it.enroll(people(app, bob.actor, 2))
    it.move()
    with app.app_context():
        workflows.pause(bob.actor, it.public_id)
    assert it.move(days=3) == 0
    with app.app_context():
        workflows.activate(bob.actor, it.public_id, workflows.Ask.NEVER)
    assert it.move() == 2
    assert set(it.where().values()) == {("completed", "mark")}


def test_a_step_is_passed_once(app: Flask, bob: Person) -> None:
    """The key of the table refuses what a fault in moving would do twice."""
    it = campaign(app, bob.actor, wait("pause", 1, "days"), LAST)
    it.enroll(people(app, bob.actor, 1))
    it.move()
    it.move(days=1)
    [one] = it.enrollments()
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        session().execute(
            sa.update(Enrollment)
            .where(Enrollment.account_id == bob.actor.account_id, Enrollment.id == one.id)
            .values(status="active", step_id="pause", due_at=it.at, waits_for="time")
        )
    with pytest.raises(sa.exc.IntegrityError):
        it.move()


def test_other_accounts_are_left_alone(app: Flask, bob: Person, mallory: Person) -> None:
    mine = campaign(app, bob.actor, step("mark", "add_tag", tag="Spring"))
    theirs = campaign(app, mallory.actor, step("mark", "add_tag", tag="Spring"))
    mine.enroll(people(app, bob.actor, 2))
    theirs.enroll(people(app, mallory.actor, 1))
    assert mine.move(seconds=5) == 3
    assert len(mine.enrollments()) == 2 and len(theirs.enrollments()) == 1
    with app.app_context(), acting_for(mallory.actor.account_id):
        query = sa.select(Contact.id).where(Contact.account_id == mallory.actor.account_id)
        assert len(session().scalars(query).all()) == 1


def test_notes_tasks_and_fields_are_filled_in(app: Flask, bob: Person) -> None:
    [one, two] = people(app, bob.actor, 2)
    it = campaign(
        app,
        bob.actor,
        step("note", "add_note", text="Call {{ contact.first_name }}"),
        step("task", "create_task", title="Ask {{ contact.first_name }}", due_days=2),
        step("city", "update_field", field="contact.city", value="Bristol"),
        step("company", "update_field", field="contact.company", value="{{ contact.first_name }} Ltd"),
        step("birthday", "update_field", field="contact.birthday", value="no day"),
        step("tell", "notify_team", message="{{ contact.first_name }} is here", to="marketer"),
    )
    it.enroll([one, two])
    it.move()
    with app.app_context(), acting_for(bob.actor.account_id):
        notes = {note.contact_id: note.text for note in rows_of(ContactNote, bob)}
        titles = {task.contact_id: task.title for task in rows_of(Task, bob)}
        cities = {contact.id: (contact.city, contact.company) for contact in rows_of(Contact, bob)}
    assert notes == {one: "Call P000", two: "Call P001"}
    assert titles == {one: "Ask P000", two: "Ask P001"}
    assert cities == {one: ("Bristol", "P000 Ltd"), two: ("Bristol", "P001 Ltd")}
    assert ("birthday", "skipped") in it.passed(one)
    page = bob.get("/notifications").text
    assert "P000 is here" in page and "P001 is here" in page
    assert it.numbers_are_right()


def rows_of(table: Any, person: Person) -> list[Any]:
    query = sa.select(table).where(table.account_id == person.actor.account_id)
    return list(session().scalars(query, execution_options={"populate_existing": True}))


def test_a_wait_in_the_time_zone_of_the_contact(app: Flask, bob: Person) -> None:
    ids = people(app, bob.actor, 3)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        for contact_id, zone in zip(ids, ("America/New_York", "Asia/Tokyo", None), strict=True):
            session().execute(
                sa.update(Contact)
                .where(Contact.account_id == bob.actor.account_id, Contact.id == contact_id)
                .values(time_zone=zone)
            )
    it = campaign(
        app, bob.actor, step("nine", "wait_until", kind="time_of_day", time="09:00", zone="contact"), LAST
    )
    it.enroll(ids)
    it.move()
    local = {
        one.contact_id: one.due_at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
        for one, zone in zip(
            it.enrollments(), ("America/New_York", "Asia/Tokyo", bob.actor.time_zone), strict=True
        )
        if one.due_at
    }
    assert local == dict.fromkeys(ids, "09:00")
    it.move(days=1)
    assert set(it.where().values()) == {("completed", "last")}


def test_a_move_has_as_many_statements_for_60_days_as_for_one(app: Flask, bob: Person) -> None:
    """People were enrolled on so many days, and wait until as many others. First, the tag is made, too."""
    birthday = step("birthday", "wait_until", kind="contact_field", field="contact.birthday")
    numbers = []
    for days in (1, 60):
        it = campaign(app, bob.actor, birthday, LAST, name=f"Over {days} days")
        it.enroll(_born_on(app, bob, days, 60))
        _enrolled_on(app, it, days)
        with statements(app) as begun:
            assert it.move() == 60
        assert len({one.due_at for one in it.enrollments()}) == days
        with statements(app) as ended:
            assert it.move(days=370) == 60
        assert it.numbers_are_right()
        numbers.append((len(begun), len(ended)))
    assert numbers[1][0] == numbers[0][0] and numbers[1][1] <= numbers[0][1] < 30


def _born_on(app: Flask, bob: Person, days: int, count: int) -> list[int]:
    """So many people with birthdays on so many days."""
    first = now().date().replace(year=1988) + timedelta(days=30)
    at, account_id = now(), bob.actor.account_id
    rows = [
        {
            "account_id": account_id,
            "email": f"{days}-{number}@example.com",
            "email_key": f"{days}-{number}@example.com",
            "birthday": first + timedelta(days=number % days),
            "created_at": at,
            "updated_at": at,
        }
        for number in range(count)
    ]
    with app.app_context(), acting_for(account_id), transaction():
        session().execute(sa.insert(Contact), rows)
        mine = Contact.account_id == account_id, Contact.email.startswith(f"{days}-")
        return list(session().scalars(sa.select(Contact.id).where(*mine)))


def _enrolled_on(app: Flask, it: Campaign, days: int) -> None:
    """Let the people have been enrolled on so many days."""
    ids, account_id = [one.id for one in it.enrollments()], it.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        for day in range(days):
            theirs = Enrollment.account_id == account_id, Enrollment.id.in_(ids[day::days])
            values = {"enrolled_at": now() - timedelta(days=day)}
            session().execute(sa.update(Enrollment).where(*theirs).values(values))
