"""Steps that are off only because this account lacks something are on in a template (T-09, T-12)."""

from typing import Any

from flask import Flask

from app.accounts.application import change_business
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import add_template, connect
from tests.rooms.gallery.test_api_templates import TEMPLATES
from tests.rooms.gallery.test_saving import answers, page_of
from tests.rooms.gallery.test_saving_versions import sent
from tests.rooms.workflows.drafts import draft
from tests.unit.workflows.documents import definition, email, off, sms, step

CHECKED = 'checked class="form-check-input" id="switches_on"'


def some_off() -> dict[str, Any]:
    """A text and a booking link that the account lacks, and a step that somebody has switched off."""
    book = email("book", "Book now", "Book {{ account.booking_link | default: 'by phone' }}")
    return definition(email(), off(sms()), off(book), off(step("tag", "add_tag", tag="x")))


def is_on(document: dict[str, Any]) -> list[bool]:
    return [one["enabled"] for one in document["steps"]]


def saved_steps(app: Flask, person: Person, answer: Any) -> list[bool]:
    assert answer.status_code == 303, answer.text
    template = program_of(app, person).get(f"{TEMPLATES}/{answer.location.rpartition('/')[2]}").json
    return is_on(template["definition"])


def test_steps_that_lack_something_here_are_on_in_the_template(app: Flask, bob: Person) -> None:  # T-09 T-12
    workflow = draft(app, bob.actor, "Texts", definition=some_off())
    page = bob.get(page_of(workflow))
    assert "Switch on in the template: Step 2, Send SMS (needs SMS);" in page.text
    assert "Step 3, Send email (needs your booking page)" in page.text
    assert "Off in the template, too: Step 4, Add tag." in page.text
    assert CHECKED in page.text
    asked = {"asked_switches_on": "1"}
    ticked = answers(page, **asked, switches_on="y")
    assert saved_steps(app, bob, bob.post(page_of(workflow), ticked)) == [True, True, True, False]
    without = answers(page, **asked, name="As it is")
    assert CHECKED not in bob.post(page_of(workflow), without | {"act": "review"}).text
    assert saved_steps(app, bob, bob.post(page_of(workflow), without)) == [True, False, False, False]


def test_a_new_version_has_them_on_too(app: Flask, bob: Person) -> None:  # T-09 T-13
    template = add_template(app, bob.actor, "Texts", definition(email(), sms()))
    workflow = draft(app, bob.actor, "Texts", definition=some_off())
    page = bob.get(f"{page_of(workflow)}?into={template}")
    answer = bob.post(page_of(workflow), sent(page, template, asked_switches_on="1", switches_on="y"))
    assert saved_steps(app, bob, answer) == [True, True, True, False]


def test_what_the_account_has_stays_as_somebody_wanted_it(
    app: Flask, alice: Person, bob: Person
) -> None:  # T-09
    workflow = draft(app, bob.actor, "Texts", definition=some_off())
    before = bob.get(page_of(workflow))
    connect(app, bob.actor, "sms")
    with app.app_context():
        change_business(alice.actor, {"booking_link": "https://book.example/us"})
    seen = bob.post(page_of(workflow), answers(before, asked_switches_on="1", switches_on="y"))
    assert seen.status_code == 409 and "Switch on in the template" not in seen.text
    page = bob.get(page_of(workflow))
    assert "Off in the template, too: Step 2, Send SMS; Step 3, Send email; Step 4, Add tag." in page.text
    assert saved_steps(app, bob, bob.post(page_of(workflow), answers(page))) == [True, False, False, False]


def test_a_program_decides(app: Flask, program: Program) -> None:  # T-09
    workflow = draft(app, program.actor, "Texts", definition=some_off())
    address = f"/workflows/{workflow}/save-as-template"
    assert is_on(program.post(address, {"name": "On"}).json["definition"]) == [True, True, True, False]
    kept = program.post(address, {"name": "Off", "switch_on_missing": False}).json
    assert is_on(kept["definition"]) == [True, False, False, False]
