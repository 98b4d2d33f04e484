"""What a template needs, made on its page, and other contact fields used in the clone (T-12)."""

import html
import json
from typing import Any

import pytest
from flask import Flask

from app.contacts.application import custom_fields, new_tags
from app.gallery import application as gallery
from app.gallery.infrastructure.merging.queries import link_of
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import add_template, connect, uses
from tests.rooms.gallery.updating import fields_of, page_of, save_version, send
from tests.rooms.workflows.drafts import found
from tests.unit.workflows.documents import branch, definition, email, goal, goals, off, path, rule, sms, step

BIRTHDAY, DOB = "contact.custom.birthday", "contact.custom.dob"
CHOICE = f"fields.{BIRTHDAY}"


def birthdays(subject: str = "Happy birthday") -> dict[str, Any]:
    """A template with a date field in its trigger, a text, a condition, a step, and a goal."""
    known = {"all": [rule(BIRTHDAY, "is_not_empty")]}
    return definition(
        email("hello", subject, "{{ contact.custom.birthday | date: '%B %d' }}, {{ account.website }}"),
        branch("fork", path("known", "Known", known, step("tag", "add_tag", tag="vip"))),
        step("clear", "update_field", field=BIRTHDAY, value=""),
        trigger={"type": "date_reached", "enabled": True, "config": {"field": BIRTHDAY}},
        goals=goals(goal("g", "field_equals", field=BIRTHDAY, value="2000-01-01")),
    )


def create_field(app: Flask, person: Person | Program, label: str, kind: str = "date") -> int:
    with app.app_context(), acting_for(person.actor.account_id):
        return custom_fields.create_field(person.actor, label, kind)


def save_birthdays(app: Flask, person: Person, template_id: str, document: dict[str, Any]) -> None:
    """Save a version of the template whose field its own account doesn't have."""
    changes = gallery.TemplateChanges(definition=document)
    with app.app_context(), acting_for(person.actor.account_id):
        gallery.update_template(person.actor, template_id, changes, new_fields=True)


def keys_of(app: Flask, person: Person | Program) -> set[str]:
    with app.app_context(), acting_for(person.actor.account_id):
        return {one.key for one in custom_fields.own_field_list(person.actor.account_id)}


def text_of(answer: Any) -> str:
    return html.unescape(answer.text)


def made_from(answer: Any) -> str:
    """The public id of the workflow that a form has created."""
    assert answer.status_code == 303, answer.text
    return str(answer.location.rpartition("/")[2])


@pytest.fixture
def template_id(app: Flask, bob: Person) -> str:
    return add_template(app, bob.actor, "Birthdays", birthdays())


@pytest.fixture
def address(template_id: str) -> str:
    return f"/templates/{template_id}/readiness"


def test_what_is_missing_is_said_and_made_with_a_click(
    app: Flask, alice: Person, bob: Person, template_id: str, address: str
) -> None:  # T-12
    for page in (f"/templates/{template_id}", f"/templates/{template_id}/clone"):
        assert f'href="{address}"' in bob.get(page).text
    before = text_of(bob.get(address))
    assert "4 items to look at" in before
    assert "Will be created" in before and "Created when first added" in before and "Not set" in before
    assert "Trigger, Date reached; Step 1, Send email" in before
    assert 'name="website"' not in before and 'name="website"' in alice.get(address).text
    assert bob.post(f"{address}/fields", {"name": BIRTHDAY}).location == f"{address}#fields"
    assert bob.post(f"{address}/tags", {"name": "VIP"}).location == f"{address}#tags"
    assert bob.post(f"{address}/details", {"website": "example.org"}).status_code == 403
    wrong = alice.post(f"{address}/details", {"website": "not a page"})
    assert wrong.status_code == 422 and "Enter the full address" in text_of(wrong)
    details = {"website": "example.org", "postal_address": "1 Quay Street", "phone": "not used, not read"}
    assert alice.post(f"{address}/details", details).status_code == 303
    assert "Saved: your website and your postal address." in text_of(alice.get(address))
    late = alice.post(f"{address}/details", {"website": "example.com"})
    assert late.status_code == 409 and "Someone else has set this already: Your website" in text_of(late)
    after = text_of(bob.get(address))
    assert "Everything this template needs is ready." in after and "https://example.org" in after
    with app.app_context(), acting_for(bob.actor.account_id):
        [field] = custom_fields.own_field_list(bob.actor.account_id)
        assert (field.key, field.kind) == ("birthday", "date")
        assert new_tags(bob.actor.account_id, ["vip"]) == []
    assert bob.post(f"{address}/fields", {"name": BIRTHDAY}).status_code == 303, "a second click"
    assert bob.post(f"{address}/fields", {"name": "contact.custom.other"}).status_code == 404
    assert bob.post(f"{address}/tags", {"name": "other"}).status_code == 404


def test_integrations_links_and_senders_are_said(app: Flask, bob: Person) -> None:  # T-12
    steps = [
        email("hello", "Hello", "[Offer](https://shop.example.com/offer) {{ account.booking_link }}"),
        email("more", "More", "Call {{ account.phone | default: 'our studio' }}."),
        sms(),
    ]
    steps[0]["config"]["sender"] = "stranger@example.com"
    address = f"/templates/{add_template(app, bob.actor, 'Texts', definition(*steps))}/readiness"
    page = text_of(bob.get(address))
    assert (
        "Once it’s connected, you can switch it on with a click on the workflow’s page:" in page
        and "Step 3, Send SMS" in page
    )
    assert "Says “our studio” instead" in page
    assert 'href="/settings/sms"' in page and 'href="#details"' in page
    assert "https://shop.example.com/offer" in page and "Link to fill in" in page
    connect(app, bob.actor, "sms")
    assert "Connect SMS" not in bob.get(address).text


def test_steps_that_are_off_in_a_template_are_said(app: Flask, bob: Person) -> None:  # T-02 T-12
    steps = (email(), off(sms()), off(step("tag", "add_tag", tag="x")))
    template_id = add_template(app, bob.actor, "Texts", definition(*steps))
    page = text_of(bob.get(f"/templates/{template_id}/readiness"))
    assert "2 steps are switched off in this template, and stay off in workflows made from it." in page
    assert 'Step 2, Send SMS</p><p class="need-state quiet">Needs SMS</p>' in page
    assert "Step 3, Add tag</p></li>" in page and "Everything this template needs is ready" not in page
    preview = text_of(bob.get(f"/templates/{template_id}"))
    assert "2 steps are switched off in this template" in preview and "Nothing to connect" not in preview
    needed = program_of(app, bob).get(f"/workflow-templates/{template_id}/readiness").json
    assert needed["switched_off"] == ["Step 2, Send SMS", "Step 3, Add tag"] and needed["open"] == 4


def test_forms_and_what_asks_about_messages_that_are_off_are_said(app: Flask, bob: Person) -> None:  # T-12
    trigger = {"type": "form_submitted", "enabled": True, "config": {"form": "Sign-up"}}
    asks = goals(goal("g", "link_clicked", step="more"))
    document = definition(email(), off(email("more")), trigger=trigger, goals=asks)
    template_id = add_template(app, bob.actor, "Sign-ups", document)
    page = text_of(bob.get(f"/templates/{template_id}/readiness"))
    assert "You have no form with this name." in page and 'href="/settings/forms/new?name=Sign-up"' in page
    sentence = "Goal 1, Clicks a link: Step 2, Send email, is switched off, so nobody can reach it."
    assert sentence in page
    needed = program_of(app, bob).get(f"/workflow-templates/{template_id}/readiness").json
    assert needed["forms"] == [{"name": "Sign-up", "exists": False, "parts": ["Trigger, Form submitted"]}]
    assert needed["to_change"] == [sentence]


def test_who_signs_is_said_and_is_the_owner_without_a_sender(
    app: Flask, alice: Person, bob: Person
) -> None:  # T-12
    document = definition(email("hello", "Hello", "{{ sender.name }}, {{ account.name }}"))
    template_id = add_template(app, bob.actor, "Signed", document)
    page = text_of(alice.get(f"/templates/{template_id}/readiness"))
    assert f"Says “{alice.actor.name}” until you add a sender" in page and 'href="/settings/email"' in page
    assert "Everything this template needs is ready" not in page, "the address isn’t set"
    workflow_id = made_from(
        bob.post(f"/templates/{template_id}/clone", {"name": "Mine", "idempotency_key": "k"})
    )
    step_id = found(app, bob.actor, workflow_id).definition["steps"][0]["id"]
    shown = bob.get(f"/workflows/{workflow_id}/steps/{step_id}").text
    assert f"{alice.actor.name}, {alice.actor.account_name}" in shown
    needed = program_of(app, bob).get(f"/workflow-templates/{template_id}/readiness").json
    assert needed["sender"] == {"name": alice.actor.name, "exists": False, "parts": ["Step 1, Send email"]}


def test_a_clone_uses_the_fields_that_were_chosen(
    app: Flask, bob: Person, template_id: str, address: str
) -> None:  # T-12
    create_field(app, bob, "DOB")
    page = bob.get(address).text
    assert f'name="{CHOICE}" form="use-form"' in page and '<optgroup label="Suggested">' in page
    assert "You have a similar field: DOB." in page
    form = bob.get(f"/templates/{template_id}/clone?{CHOICE}={DOB}").text
    assert f'<option value="{DOB}" selected>DOB</option>' in form
    given = {"name": "Mine", "idempotency_key": "k", CHOICE: DOB}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    workflow = found(app, bob.actor, workflow_id)
    assert BIRTHDAY not in json.dumps(workflow.definition)
    assert json.dumps(workflow.definition).count(DOB) == json.dumps(birthdays()).count(BIRTHDAY)
    assert keys_of(app, bob) == {"dob"}, "no field was created"
    with app.app_context(), acting_for(bob.actor.account_id):
        link = link_of(bob.actor.account_id, workflow.id)
        assert link is not None and link.fields == {BIRTHDAY: DOB} and link.version is None


def test_mapped_fields_are_no_edits_when_the_template_has_a_newer_version(
    app: Flask, bob: Person, template_id: str
) -> None:  # T-12
    create_field(app, bob, "DOB")
    given = {"name": "Mine", "idempotency_key": "k", CHOICE: DOB}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    save_birthdays(app, bob, template_id, birthdays("Today, {{ contact.custom.birthday }}"))
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    assert len(fields["takes"]) == 1 and not fields["chooses"]
    assert send(bob, workflow_id, fields, take=fields["takes"]).status_code == 303
    written = found(app, bob.actor, workflow_id).definition
    assert written["steps"][0]["config"]["subject"] == "Today, {{ contact.custom.dob }}"
    assert BIRTHDAY not in json.dumps(written) and keys_of(app, bob) == {"dob"}
    save_birthdays(app, bob, template_id, birthdays("Today"))
    assert len(fields_of(bob.get(page_of(workflow_id)).text)["takes"]) == 1


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ("contact.custom.nothing", "This contact field doesn’t exist."),
        ("contact.custom.theirs", "This contact field doesn’t exist."),
        ("contact.custom.visits", "Visits is a field of the type number. The template needs the type date."),
        ("contact.email", "This contact field doesn’t exist."),
    ],
)
def test_a_field_that_does_not_fit_is_refused_at_its_choice(
    app: Flask, bob: Person, mallory: Person, template_id: str, chosen: str, sentence: str
) -> None:  # T-12
    create_field(app, mallory, "Theirs")
    create_field(app, bob, "Visits", "number")
    given = {"name": "Mine", "idempotency_key": "k", CHOICE: chosen}
    answer = bob.post(f"/templates/{template_id}/clone", given)
    assert answer.status_code == 422
    assert 'id="field-birthday-error"' in answer.text and sentence in text_of(answer)
    assert uses(app, bob.actor, template_id) == 0 and keys_of(app, bob) == {"visits"}


def test_a_field_that_has_the_name_under_another_key_is_used(
    app: Flask, bob: Person, template_id: str, address: str
) -> None:  # T-12
    field_id = create_field(app, bob, "DOB")
    with app.app_context(), acting_for(bob.actor.account_id):
        custom_fields.edit_field(bob.actor, field_id, label="Birthday")
    page = bob.get(address).text
    assert "Uses your field Birthday" in page and "Will be created" not in page
    workflow_id = made_from(
        bob.post(f"/templates/{template_id}/clone", {"name": "Mine", "idempotency_key": "k"})
    )
    with app.app_context(), acting_for(bob.actor.account_id):
        workflow = workflows.find_workflow(bob.actor, workflow_id)
        assert workflows.missing_fields(bob.actor.account_id, workflow.parsed) == []
        assert workflow.parsed.trigger.config["field"] == DOB


def test_a_field_that_has_the_name_and_does_not_fit_is_said_and_refused(
    app: Flask, bob: Person, template_id: str, address: str
) -> None:  # T-12
    field_id = create_field(app, bob, "Visits", "number")
    with app.app_context(), acting_for(bob.actor.account_id):
        custom_fields.edit_field(bob.actor, field_id, label="Birthday")
    page = text_of(bob.get(address))
    assert "Your field Birthday has or had this name" in page and "Will be created" not in page
    clone = {"name": "Mine", "idempotency_key": "k"}
    answer = bob.post(f"/templates/{template_id}/clone", clone)
    assert answer.status_code == 422 and "Your field Birthday has or had this name" in text_of(answer)
    assert uses(app, bob.actor, template_id) == 0
    create_field(app, bob, "DOB", "date")
    assert bob.post(f"/templates/{template_id}/clone", {**clone, CHOICE: "dob"}).status_code == 303


def test_an_update_uses_a_field_that_has_the_name_under_another_key(app: Flask, bob: Person) -> None:  # T-12
    template_id = add_template(app, bob.actor, "Onboarding", definition(email()))
    field_id = create_field(app, bob, "DOB")
    with app.app_context(), acting_for(bob.actor.account_id):
        custom_fields.edit_field(bob.actor, field_id, label="Birthday")
    given = {"name": "Mine", "idempotency_key": "k"}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    for subject in ("{{ contact.custom.birthday }}", "Dear {{ contact.custom.birthday }}"):
        newer = definition(email(subject=subject), email("more", body="{{ contact.custom.birthday }}"))
        save_birthdays(app, bob, template_id, newer)
        fields = fields_of(bob.get(page_of(workflow_id)).text)
        assert send(bob, workflow_id, fields, take=fields["takes"]).status_code == 303
        written = json.dumps(found(app, bob.actor, workflow_id).definition)
        assert BIRTHDAY not in written and written.count(DOB) == 2


def test_an_update_uses_the_field_that_is_chosen_for_a_new_one(app: Flask, bob: Person) -> None:  # T-12, T-15
    template_id = add_template(app, bob.actor, "Onboarding", definition(email()))
    create_field(app, bob, "DOB")
    create_field(app, bob, "Visits", "number")
    given = {"name": "Mine", "idempotency_key": "k"}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    save_birthdays(app, bob, template_id, birthdays())
    page = bob.get(page_of(workflow_id)).text
    assert (
        "New contact fields" in page
        and f'<select class="form-select" id="field-birthday" name="{CHOICE}"' in page
    )
    fields = fields_of(page)
    wrong = send(bob, workflow_id, fields, take=fields["takes"], **{CHOICE: "contact.custom.visits"})
    assert wrong.status_code == 422 and "Visits is a field of the type number." in text_of(wrong)
    assert 'href="#field-birthday"' in wrong.text
    assert send(bob, workflow_id, fields, take=fields["takes"], **{CHOICE: DOB}).status_code == 303
    written = json.dumps(found(app, bob.actor, workflow_id).definition)
    assert BIRTHDAY not in written and DOB in written and keys_of(app, bob) == {"dob", "visits"}
    shown = text_of(bob.get(f"/workflows/{workflow_id}"))
    assert "Contact fields of the template" in shown and "<dt>Birthday</dt><dd>Your field DOB</dd>" in shown
    save_birthdays(app, bob, template_id, birthdays("Today"))
    page = bob.get(page_of(workflow_id)).text
    assert "New contact fields" not in page and len(fields_of(page)["takes"]) == 1


def test_an_update_uses_the_chosen_field_also_if_the_workflow_names_the_other(
    app: Flask, bob: Person
) -> None:  # T-12, T-15
    template_id = add_template(app, bob.actor, "Onboarding", definition(email()))
    create_field(app, bob, "DOB")
    given = {"name": "Mine", "idempotency_key": "k"}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    made = found(app, bob.actor, workflow_id).definition
    own = made | {"steps": [*made["steps"], email("own", f"{{{{ {BIRTHDAY} }}}}")]}
    with app.app_context(), acting_for(bob.actor.account_id):
        workflows.restore_definition(bob.actor, workflow_id, own, lambda _workflow: None)
    save_birthdays(app, bob, template_id, birthdays())
    page = bob.get(page_of(workflow_id)).text
    assert f'name="{CHOICE}"' in page
    fields = fields_of(page)
    kept = dict.fromkeys(fields["chooses"], "mine")
    assert send(bob, workflow_id, fields, **kept, **{CHOICE: DOB}).status_code == 303
    with app.app_context(), acting_for(bob.actor.account_id):
        link = link_of(bob.actor.account_id, found(app, bob.actor, workflow_id).id)
        assert link is not None and link.fields == {BIRTHDAY: DOB}


def test_an_update_with_a_field_whose_name_is_taken_says_so(app: Flask, bob: Person) -> None:  # T-12
    template_id = add_template(app, bob.actor, "Onboarding", definition(email()))
    field_id = create_field(app, bob, "Visits", "number")
    with app.app_context(), acting_for(bob.actor.account_id):
        custom_fields.edit_field(bob.actor, field_id, label="Birthday")
    given = {"name": "Mine", "idempotency_key": "k"}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    dated = {"type": "date_reached", "enabled": True, "config": {"field": BIRTHDAY}}
    newer = definition(email(), trigger=dated)
    save_birthdays(app, bob, template_id, newer)
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    refused = send(bob, workflow_id, fields, take=fields["takes"])
    assert refused.status_code == 409 and "Your field Birthday has or had this name" in text_of(refused)
    assert "date_reached" not in json.dumps(found(app, bob.actor, workflow_id).definition)
    assert send(bob, workflow_id, fields, take=[]).status_code == 303


def test_programs_read_what_is_needed_and_choose_fields(app: Flask, program: Program) -> None:  # T-12
    template_id = add_template(app, program.actor, "Birthdays", birthdays())
    create_field(app, program, "DOB")
    address = f"/workflow-templates/{template_id}"
    needed = program.get(f"{address}/readiness").json
    [field] = needed["fields"]
    assert (field["name"], field["kind"], field["state"]) == (BIRTHDAY, "date", "created")
    assert DOB in [one["name"] for one in field["suggestions"]]
    assert needed["open"] == 4 and needed["tags"] == [
        {"name": "vip", "exists": False, "parts": ["Step 3, Add tag"]}
    ]
    wrong = program.post(
        f"{address}/clone", {"fields": {"birthday": "nothing", "shoe": "dob", "city": "dob"}}
    )
    assert wrong.status_code == 422
    assert wrong.json["fields"] == {
        "fields.birthday": "This contact field doesn’t exist.",
        "fields.shoe": "The template doesn’t use this field.",
        "fields.city": "City is part of every contact, so no other field can be used for it.",
    }
    made = program.post(f"{address}/clone", {"fields": {"birthday": "dob"}})
    assert made.status_code == 201, made.text
    written = program.get(f"/workflows/{made.json['workflow_id']}").json["definition"]
    assert written["trigger"]["config"]["field"] == DOB and BIRTHDAY not in json.dumps(written)


def test_an_update_switches_off_what_comes_without_its_integration(app: Flask, bob: Person) -> None:  # T-12
    template_id = add_template(app, bob.actor, "Onboarding", definition(email()))
    given = {"name": "Mine", "idempotency_key": "k"}
    workflow_id = made_from(bob.post(f"/templates/{template_id}/clone", given))
    save_version(app, bob.actor, template_id, definition(email(), sms()))
    page = bob.get(page_of(workflow_id)).text
    assert "SMS not connected: steps that come without it are switched off." in page
    answer = send(bob, workflow_id, fields_of(page), take=fields_of(page)["takes"])
    said = text_of(bob.get(answer.location))
    assert "Switched off, because an integration isn’t connected: Step 2, Send SMS." in said
    assert [one["enabled"] for one in found(app, bob.actor, workflow_id).definition["steps"]] == [True, False]
