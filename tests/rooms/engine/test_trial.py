"""Test runs show what would happen, and change nothing (E-24, W-14)."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application import topics
from app.engine.application.trial import HAPPENS, Trial, try_out
from app.engine.infrastructure.tables import Enrollment
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Invalid
from app.platform.tenancy import acting_for
from tests.people import Person, Program, program_of
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import draft
from tests.unit.workflows.documents import (
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    path,
    rule,
    sms,
    split,
    step,
    wait,
)

GREETING = email("hello", "Hi {{ contact.first_name }}", "Good to have you at **{{ account.name }}**.")
TAGGED = {"all": [rule("contact.tags", "has_any", ["Red"])]}
CLICKED = {"all": [rule("event.link_clicked", "equals", "hello")]}


def run(
    app: Flask, bob: Person, *steps: dict[str, Any], who: str = "", goals: Any = None, **chosen: str
) -> Trial:
    public_id = draft(app, bob.actor, definition=definition(*steps, goals=goals))
    with app.app_context(), acting_for(bob.actor.account_id):
        found = try_out(bob.actor, public_id, who, chosen)
        assert found is not None
        assert session().scalars(sa.select(Message.id).where(Message.account_id == 1)).all() == []
        assert session().scalars(sa.select(Enrollment.id).where(Enrollment.account_id == 1)).all() == []
        return found


def way(found: Trial) -> list[str]:
    return [one.id for one in found.steps]


@pytest.fixture
def ann(app: Flask, bob: Person) -> int:
    return add(app, bob.actor, "ann@example.com", first_name="Ann", tags=["Blue"])


def test_messages_are_rendered_and_waits_skipped(app: Flask, bob: Person, ann: int) -> None:
    found = run(app, bob, GREETING, wait("pause", 2, "days"), sms(), off(email("not", "Off")))
    hello, pause, text, not_sent = found.steps
    assert (not_sent.note, not_sent.message) == ("Skipped: This step is switched off.", None)
    assert not_sent.is_skipped and not found.has_skipped, "nothing is to be connected for it"
    assert (found.contact, found.messages, found.is_complete) == ("Ann", 1, True)
    assert hello.message is not None and hello.message.subject == "Hi Ann"
    assert "<strong>Agency</strong>" in hello.message.html
    assert (text.at - hello.at).days == 2 and pause.at == hello.at
    assert text.note == "Not sent: The contact has no phone number."


def test_who_wants_no_texts_gets_none(app: Flask, bob: Person) -> None:
    add(app, bob.actor, "ben@example.com", phone="+49 30 901820")
    assert run(app, bob, sms()).messages == 1
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.note_sms_wish(bob.actor.account_id, "+4930901820", False, "STOP", now())
    found = run(app, bob, sms())
    assert found.messages == 0 and "has opted out of text messages" in found.steps[0].note


def test_an_email_about_a_stopped_topic_would_be_skipped(app: Flask, bob: Person, ann: int) -> None:
    """As when it is sent: also for a contact without an address, whose enrollment would fail otherwise."""
    about = {**GREETING, "config": {**GREETING["config"], "topic": "offers"}}
    with app.app_context():
        topics.create_topic(bob.actor, "Offers")
    assert run(app, bob, about).messages == 1
    nobody = add(app, bob.actor, "", phone="+49 30 901820")
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        for contact_id in (ann, nobody):
            topics.stop_topics(account_id, contact_id, ["offers"], "Said so", now())
    for who in (ann, nobody):
        found = run(app, bob, about, step("last", "add_tag", tag="Last"), who=str(who))
        assert (way(found), found.messages) == (["hello", "last"], 0)
        assert found.steps[0].note == "Skipped because the contact opted out of emails about “Offers”."
    assert run(app, bob, GREETING, who=str(ann)).messages == 1


def test_who_cannot_be_emailed_goes_no_further_unless_the_step_says_so(app: Flask, bob: Person) -> None:
    add(app, bob.actor, "", phone="+49 30 901820")
    then = step("paint", "add_tag", tag="red")
    found = run(app, bob, GREETING, then)
    assert way(found) == ["hello"] and found.messages == 0
    assert found.steps[0].note == "Not sent: The contact has no email address. The enrollment fails here."
    goes_on = {**GREETING, "config": {**GREETING["config"], "on_failure": "continue"}}
    assert way(run(app, bob, goes_on, then)) == ["hello", "paint"]


def test_what_earlier_steps_do_counts(app: Flask, bob: Person, ann: int) -> None:
    red = branch("asks", path("yes", "Red", TAGGED, email("red")), otherwise=[email("other")])
    assert way(run(app, bob, red)) == ["asks", "other"]
    assert way(run(app, bob, step("paint", "add_tag", tag="red"), red)) == ["paint", "asks", "red"]
    assert way(run(app, bob, red, asks="yes")) == ["asks", "red"]
    assert way(run(app, bob, red, asks="nothing of the kind")) == ["asks", "other"]


def test_events_happen_if_the_user_says_so(app: Flask, bob: Person, ann: int) -> None:
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="link_clicked", step="hello", timeout=timeout)
    fork = branch("asks", path("yes", "Clicked", CLICKED, step("end", "stop")), otherwise=[email("late")])
    found = run(app, bob, GREETING, waits, fork, step("last", "add_tag", tag="Last"))
    assert way(found) == ["hello", "waits", "asks", "late", "last"]
    assert (found.ends_at - found.steps[0].at).days == 3
    found = run(app, bob, GREETING, waits, fork, step("last", "add_tag", tag="Last"), waits=HAPPENS)
    assert way(found) == ["hello", "waits", "asks", "end"]
    assert found.ends_at - found.steps[0].at == timedelta(hours=1)


def test_what_has_happened_is_not_waited_for(app: Flask, bob: Person, ann: int) -> None:
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="tag_added", tag="Blue", timeout=timeout)
    found = run(app, bob, waits, email("late"))
    assert found.steps[0].note.startswith("This has already happened") and not found.steps[0].choices
    assert found.ends_at == found.steps[0].at


def test_goals_end_the_workflow(app: Flask, bob: Person, ann: int) -> None:
    paint, shade = step("paint", "add_tag", tag="Red"), step("shade", "add_tag", tag="Dark")
    red, dark = goal("red", "tag_added", tag="Red"), goal("dark", "tag_added", tag="dark")
    found = run(app, bob, paint, shade, email("late"), goals=goals(red, dark))
    assert way(found) == ["paint"] and "reaches the goal" in found.steps[0].note
    found = run(app, bob, paint, shade, email("late"), goals=goals(red, dark, match="all"))
    assert way(found) == ["paint", "shade"]
    blue = goal("blue", "tag_added", tag="Blue")
    assert way(run(app, bob, step("again", "add_tag", tag="Blue"), GREETING, goals=goals(blue))) == [
        "again",
        "hello",
    ]


def test_later_messages_show_what_steps_have_changed(app: Flask, bob: Person, ann: int) -> None:
    def change(field: str, value: str) -> dict[str, Any]:
        return step(field.rpartition(".")[2], "update_field", field=f"contact.{field}", value=value)

    texts = email("after", "{{ contact.full_name }}, {{ contact.time_zone }}, {{ contact.birthday }}")
    name = change("first_name", "Anna {{ contact.first_name }}")
    zone, wrong = change("time_zone", "Pacific/Auckland"), change("birthday", "soon")
    found = run(app, bob, name, change("last_name", "Lee"), zone, wrong, texts)
    assert found.steps[-1].message is not None
    assert found.steps[-1].message.subject.strip(", ") == "Anna Ann Lee, Pacific/Auckland"
    assert found.steps[3].note.startswith("The field keeps its value.")
    at_nine = step("nine", "wait_until", kind="time_of_day", time="09:00", zone="contact")
    found = run(app, bob, zone, at_nine, texts)
    assert found.ends_at.astimezone(ZoneInfo("Pacific/Auckland")).hour == 9


def test_who_cannot_be_contacted(app: Flask, bob: Person, ann: int) -> None:
    assert run(app, bob, GREETING).is_contactable
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.opt_out(bob.actor.account_id, ann, "asked", now())
    assert not run(app, bob, GREETING).is_contactable
    ben = add(app, bob.actor, "ben@example.com")
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.opt_out(bob.actor.account_id, ben, "asked", now())
    cleo = add(app, bob.actor, "cleo@example.com")
    with app.app_context(), acting_for(bob.actor.account_id):
        assert run(app, bob, GREETING).contact_id == cleo


def test_splits_and_texts(app: Flask, bob: Person, ann: int) -> None:
    note = step("note", "add_note", text="Called {{ contact.first_name }}")
    found = run(app, bob, split("halves", 50, 50), note)
    assert len(found.steps[0].choices) == 2
    assert found.steps[-1].note == "Called Ann"


def test_rules_about_the_event_are_left_to_the_user(app: Flask, bob: Person, ann: int) -> None:
    asked = {"all": [rule("event.amount", "greater", 200)]}
    fork = branch("asks", path("yes", "Large", asked, email("thanks")))
    [first] = run(app, bob, fork).steps
    assert first.chosen == "default" and "Choose the path" in first.note
    assert way(run(app, bob, fork, asks="yes")) == ["asks", "thanks"]


def test_rules_on_fields_that_are_gone_are_named(app: Flask, bob: Person, ann: int) -> None:
    asked = {"all": [rule("contact.custom.gone", "equals", "x")]}
    [first] = run(app, bob, branch("asks", path("yes", "Gone", asked)), email("after")).steps
    assert "The enrollment fails here" in first.note and first.choices[0].value == ""


def test_who_is_meant(app: Flask, bob: Person, mallory: Person, ann: int) -> None:
    newest = add(app, bob.actor, "ben@example.com", first_name="Ben")
    theirs = add(app, mallory.actor, "eve@example.org")
    assert run(app, bob, GREETING).contact_id == newest
    assert run(app, bob, GREETING, who=" Ann@Example.com").contact_id == ann
    assert run(app, bob, GREETING, who=str(ann)).contact_id == ann
    assert run(app, bob, GREETING, who="be").contact_id == newest
    add(app, bob.actor, "bea@example.com", first_name="Bea")
    with pytest.raises(Invalid, match="Several contacts match") as several:
        run(app, bob, GREETING, who="be")
    assert [one["email"] for one in several.value.facts["matches"]] == ["bea@example.com", "ben@example.com"]
    for wrong in ("eve@example.org", str(theirs), "nobody", "0", "9" * 30):
        with pytest.raises(Invalid, match="No contact has this name, email address, or ID"):
            run(app, bob, GREETING, who=wrong)


def test_the_page(app: Flask, bob: Person, vera: Person, mallory: Person) -> None:
    public_id = draft(app, bob.actor, definition=definition(GREETING, split("halves", 50, 50)))
    page = f"/workflows/{public_id}/test-run"
    assert "Hi Nora" in bob.get(page).text and "You have no contacts yet" in bob.get(page).text
    add(app, bob.actor, "ann@example.com", first_name="<b>Ann</b>")
    for person in (bob, vera):
        text = person.get(page).text
        assert "Hi &lt;b&gt;Ann&lt;/b&gt;" in text and "would get 1 message" in text
        assert 'name="at.halves"' in text
    assert bob.get(f"{page}?contact=x").status_code == 422
    day = now() + timedelta(days=9)
    text = bob.get(f"{page}?sample=y&start={day:%Y-%m-%d}T09:00").text
    assert "Hi Nora" in text and f"{day:%b %-d, %Y}, 9:00 AM" in text and "Every path" in text
    assert "Choose a date within" in bob.get(f"{page}?start=9999-12-31T23:59").text
    assert mallory.get(page).status_code == 404
    assert "/test-run" in bob.get(f"/workflows/{public_id}").text


def test_programs_try_a_workflow(app: Flask, program: Program, vera: Person, mallory: Person) -> None:  # W-14
    """With a contact or sample data; the walk is answered, and nothing is recorded or sent."""
    ann = add(app, program.actor, "ann@example.com", first_name="Ann", tags=["Blue"])
    add(app, mallory.actor, "eve@example.org")
    fork = branch("asks", path("yes", "Red", TAGGED, email("red")), otherwise=[email("blue")])
    given = definition(GREETING, step("tags", "add_tag", tag="Seen"), wait("pause", 2), fork)
    public_id = draft(app, program.actor, definition=given)
    address = f"/workflows/{public_id}/trial"
    found = program_of(app, vera).post(address, {"contact": "ann@example.com"}).json
    assert (found["workflow_id"], found["contact_id"], found["messages"]) == (public_id, ann, 2)
    assert [one["id"] for one in found["steps"]] == ["hello", "tags", "pause", "asks", "blue"]
    assert found["steps"][0]["message"]["subject"] == "Hi Ann" and found["longest_path"]["days"] == 2
    red = next(one["value"] for one in found["steps"][3]["choices"] if one["label"] == "Red")
    sample = program.post(address, {"sample": True, "choices": {"asks": red}}).json
    assert sample["contact_id"] is None and sample["steps"][-1]["id"] == "red"
    for field, value in {"contact": "eve@example.org", "start": "2001-01-01T00:00:00Z"}.items():
        refused = program.post(address, {field: value})
        assert refused.status_code == 422 and list(refused.json["fields"]) == [field]
    assert program_of(app, mallory).post(address, {}).json["code"] == "WORKFLOW_NOT_FOUND"
    with app.app_context(), acting_for(program.actor.account_id):
        assert session().scalars(sa.select(Message.id).where(Message.account_id == 1)).all() == []
        assert session().scalars(sa.select(Enrollment.id).where(Enrollment.account_id == 1)).all() == []
        assert not contacts.facts_of(1, [ann])[ann].values["contact.tags"] & {"Seen"}
