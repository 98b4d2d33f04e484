"""A template is tried with a contact: what would happen when, on which path; nothing is created (E-24)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application import custom_fields
from app.engine.application.trial import HAPPENS, Trial, start_of
from app.engine.infrastructure.tables import Enrollment
from app.gallery import application as gallery
from app.gallery.infrastructure import queries
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session
from app.platform.errors import Invalid
from app.platform.tenancy import acting_for
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, Program
from tests.rooms.contacts.people import add
from tests.rooms.gallery.shelf import add_template, connect, definition, system_id
from tests.unit.workflows.documents import branch, email, path, rule, sms, step, wait

BERLIN = ZoneInfo("Europe/Berlin")
GREETING = email("hello", "Hi {{ contact.first_name }}", "Good to have you at **{{ account.name }}**.")
TAGGED = {"all": [rule("contact.tags", "has_any", ["Red"])]}
REPLY = step("reply", "wait_for_event", event="replied", timeout={"amount": 3, "unit": "days"})


def thursday() -> datetime:
    """Nine o’clock on a Thursday of the next weeks where the account is."""
    day = (now() + timedelta(days=8)).astimezone(BERLIN).replace(hour=9, minute=0, second=0, microsecond=0)
    return day + timedelta(days=(3 - day.weekday()) % 7)


def run(app: Flask, person: Person, *steps: dict[str, Any], who: str = "", **given: Any) -> Trial:
    public_id = add_template(app, person.actor, "Tried", definition(*steps))
    with app.app_context(), acting_for(person.actor.account_id):
        start = start_of(person.actor, f"{thursday():%Y-%m-%dT%H:%M}")
        tried = gallery.template_to_try(person.actor, public_id, start)
        return gallery.try_template(person.actor, tried, who, **given)


def way(found: Trial) -> list[str]:
    return [one.id for one in found.steps]


@pytest.fixture
def ann(app: Flask, bob: Person) -> int:
    return add(app, bob.actor, "ann@example.com", first_name="Ann", tags=["Blue"])


def test_the_page_is_a_timeline_in_the_account_s_zone(app: Flask, bob: Person, ann: int) -> None:  # E-24
    fork = branch("asks", path("yes", "Red", TAGGED, wait("long", 9), email("red")), otherwise=[wait("v", 1)])
    document = definition(GREETING, wait("pause", 2), email("two", "News"), fork, email("three", "Bye"))
    public_id = add_template(app, bob.actor, "Onboarding", document)
    start = thursday()
    text = bob.get(f"/templates/{public_id}/try?start={start:%Y-%m-%dT%H:%M}").text
    for words in (
        f"Thu, {start:%b %-d, %Y}, 9:00 AM",
        f"Sat, {start + timedelta(days=2):%b %-d, %Y}, 9:00 AM",
        "Weekend",
        "Hi Ann",
        "<strong>Agency</strong>",
        "would get 3 messages, 2 on a weekend,",
        "11 days, 4 messages, 1 on a weekend",
        "3 days, 3 messages, 2 on a weekend",
        'name="at.asks"',
    ):
        assert words in text, words
    with app.app_context(), acting_for(bob.actor.account_id):
        for table in (Workflow, Enrollment, Message):
            of_account = sa.select(table.id).where(table.account_id == bob.actor.account_id)
            assert session().scalars(of_account).all() == []


def test_paths_and_events_are_chosen(app: Flask, bob: Person, ann: int) -> None:
    red = branch("asks", path("yes", "Red", TAGGED, email("red")), otherwise=[email("other")])
    found = run(app, bob, GREETING, REPLY, red)
    assert way(found) == ["hello", "reply", "asks", "other"]
    assert (found.contact, found.contact_id, found.steps[-1].at - found.steps[0].at) == (
        "Ann",
        ann,
        timedelta(days=3),
    )
    found = run(app, bob, GREETING, REPLY, red, chosen={"reply": HAPPENS, "asks": "yes"})
    assert way(found) == ["hello", "reply", "asks", "red"]
    assert found.steps[-1].at - found.steps[0].at == timedelta(hours=1)


def test_reactions_to_messages_of_a_template_decide(app: Flask, bob: Person, ann: int) -> None:
    """Although the template has no workflow to which the messages belong."""
    replied = {"all": [rule("event.replied", "equals", "hello")]}
    fork = branch("asks", path("yes", "Replied", replied, email("thanks")), otherwise=[email("other")])
    reply = {**REPLY, "config": {**REPLY["config"], "step": "hello"}}
    assert way(run(app, bob, GREETING, reply, fork))[-1] == "other"
    assert way(run(app, bob, GREETING, reply, fork, chosen={"reply": HAPPENS}))[-1] == "thanks"


def test_what_is_skipped_says_why(app: Flask, bob: Person, ann: int) -> None:
    add(app, bob.actor, "", phone="+49 30 901820")
    goes_on = {**GREETING, "config": {**GREETING["config"], "on_failure": "continue"}}
    found = run(app, bob, goes_on, sms())
    assert [one.note for one in found.steps] == [
        "Not sent: The contact has no email address.",
        "Skipped: SMS isn’t connected.",
    ]
    assert (found.messages, found.steps[1].is_skipped) == (0, True)
    assert found.steps[1].message is not None and found.steps[1].message.text == "Hello"
    connect(app, bob.actor, "sms")
    assert run(app, bob, goes_on, sms()).messages == 1
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.opt_out(bob.actor.account_id, ann, "asked", now())
    assert not run(app, bob, GREETING, who=str(ann)).is_contactable


def test_whom_the_trigger_would_not_enroll(app: Flask, bob: Person, ann: int) -> None:
    for tag, is_told in (("Blue", False), ("Red", True)):
        filters = {"all": [rule("contact.tags", "has_any", [tag])]}
        public_id = add_template(app, bob.actor, tag, definition(GREETING, filters=filters))
        text = bob.get(f"/templates/{public_id}/try").text
        assert ("The trigger wouldn’t enroll this contact" in text) is is_told and "Hi Ann" in text


def test_a_field_under_another_name_is_used_as_in_a_clone(app: Flask, bob: Person) -> None:  # T-12
    with app.app_context(), acting_for(bob.actor.account_id):
        field_id = custom_fields.create_field(bob.actor, "Package", "text")
        custom_fields.edit_field(bob.actor, field_id, label="Plan")
    add(app, bob.actor, "cat@example.com", custom={"package": "Gold"})
    found = run(app, bob, email("hello", "Your {{ contact.custom.plan }} plan"), who="cat@example.com")
    assert found.steps[0].message is not None and found.steps[0].message.subject == "Your Gold plan"


def test_fields_that_a_workflow_would_create_are_empty(app: Flask, bob: Person, ann: int) -> None:
    empty = {"all": [rule("contact.custom.plan", "is_empty")]}
    is_pro = {"all": [rule("contact.custom.plan", "equals", "Pro")]}
    fork = branch("asks", path("none", "None", empty, email("a")), path("pro", "Pro", is_pro, email("b")))
    assert way(run(app, bob, fork)) == ["asks", "a"]
    change = step("set", "update_field", field="contact.custom.plan", value="Pro")
    found = run(app, bob, change, fork)
    assert (way(found), found.steps[0].note) == (["set", "asks", "b"], "New value: Pro")


def test_a_sample_contact_tries_every_system_template(app: Flask, bob: Person) -> None:
    """Also in an account without contacts; its date fields are some days ahead."""
    with app.app_context(), acting_for(bob.actor.account_id):
        for row in queries.system_templates():
            tried = gallery.template_to_try(bob.actor, row.public_id, now())
            found = gallery.try_template(bob.actor, tried, is_sample=True)
            assert found.contact == "Nora Lindqvist" and found.is_complete, row.key
            assert not [one.note for one in found.steps if "fails" in one.note], row.key
            assert tried.paths.longest.messages >= 1, row.key
    page = bob.get(f"/templates/{system_id(app, 'new-lead-welcome')}/try").text
    assert "You have no contacts yet" in page and "Nice to meet you, Nora" in page


def test_the_contact_s_own_zone_is_shown_too(app: Flask, bob: Person) -> None:
    add(app, bob.actor, "kim@example.com", first_name="Kim", time_zone="Asia/Tokyo")
    public_id = add_template(app, bob.actor, "Onboarding", definition(GREETING))
    text = bob.get(f"/templates/{public_id}/try?start={thursday():%Y-%m-%dT%H:%M}").text
    assert "9:00 AM" in text and "in the contact’s time zone, Asia/Tokyo" in text


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("soon", "Enter a date and time."),
        ("0001-01-01T00:00", "Enter a date and time."),
        ("9999-12-31T23:59", "Choose a date within the last year or the next 10 years."),
    ],
)
def test_starts_that_make_no_sense(app: Flask, bob: Person, start: str, sentence: str) -> None:
    with app.app_context(), pytest.raises(Invalid, match=sentence):
        start_of(bob.actor, start)


def test_who_may_try_what_with_whom(
    app: Flask, bob: Person, vera: Person, mallory: Person, ann: int
) -> None:  # T-22
    theirs = add(app, mallory.actor, "eve@example.org", first_name="Eve")
    page = f"/templates/{add_template(app, bob.actor, 'Ours', definition(GREETING))}/try"
    assert "Hi Ann" in vera.get(page).text
    assert "Hi Nora" in bob.get(f"{page}?sample=y").text
    for who in ("eve@example.org", str(theirs), "<b>nobody</b>"):
        answer = bob.get(f"{page}?contact={who}")
        assert answer.status_code == 422 and "No contact has this name, email address, or ID" in answer.text
        assert "Hi Eve" not in answer.text and "<b>nobody" not in answer.text
    wrong = bob.get(f"{page}?start=soon")
    assert (
        wrong.status_code == 422 and "Enter a date and time." in wrong.text and 'value="soon"' in wrong.text
    )
    assert mallory.get(page).status_code == 404


def test_the_preview_says_how_long_it_takes(app: Flask, bob: Person) -> None:  # T-07
    public_id = add_template(app, bob.actor, "Ours", definition(GREETING, REPLY, email("bye", "Bye")))
    for text in (
        bob.get(f"/templates/{public_id}").text,
        bob.htmx("get", f"/templates/{public_id}", headers={"HX-Target": "div#sheet-body"}).text,
    ):
        assert (
            "Longest path if started now: 3 days, 2 messages, " in text
            and f"/templates/{public_id}/try" in text
        )
    quiet = add_template(app, bob.actor, "Quiet", definition(step("t", "add_tag", tag="seen")))
    assert "Every path if started now: no waits, no messages." in bob.get(f"/templates/{quiet}").text


def test_programs_try_a_template(app: Flask, program: Program, mallory: Person) -> None:  # E-24
    ann = add(app, program.actor, "ann@example.com", first_name="Ann", tags=["Blue"])
    add(app, mallory.actor, "eve@example.org")
    fork = branch("asks", path("yes", "Red", TAGGED, email("red")), otherwise=[email("blue")])
    public_id = add_template(app, program.actor, "Tried", definition(GREETING, wait("pause", 2), fork))
    address, start = f"/workflow-templates/{public_id}/trial", thursday()
    found = program.post(address, {"contact": "ann", "start": start.isoformat()}).json
    assert (found["contact_id"], found["contact"], found["messages"]) == (ann, "Ann", 2)
    assert [one["id"] for one in found["steps"]] == ["hello", "pause", "asks", "blue"]
    assert found["steps"][0]["message"]["subject"] == "Hi Ann" and found["shortest_path"]["days"] == 2
    assert datetime.fromisoformat(found["ends_at"]) == start + timedelta(days=2)
    red = next(one["value"] for one in found["steps"][2]["choices"] if one["label"] == "Red")
    other = program.post(address, {"sample": True, "choices": {"asks": red}}).json
    assert other["contact_id"] is None and other["steps"][-1]["id"] == "red"
    wrong = {"contact": "eve@example.org", "start": "2001-01-01T00:00:00Z"}
    for field, value in wrong.items():
        refused = program.post(address, {field: value})
        assert refused.status_code == 422 and list(refused.json["fields"]) == [field]
