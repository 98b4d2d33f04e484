"""A workflow is saved as a new version of a template of the account (T-09, T-13, T-16)."""

import re
from typing import Any

import pytest
from flask import Flask

from app.gallery import application as gallery
from app.gallery.application.library import own
from tests.people import Person, Program
from tests.rooms.gallery.shelf import add_template, system_id
from tests.rooms.gallery.test_saving import answers, page_of
from tests.rooms.gallery.test_template_updates import edit, subjects
from tests.rooms.gallery.updating import (
    THREE_STEPS,
    clone_of,
    fields_of,
    made_from_template,
    save_version,
    second_version,
)
from tests.rooms.gallery.updating import page_of as update_of
from tests.rooms.workflows.drafts import draft


def sent(page: Any, template_id: str, **given: Any) -> dict[str, Any]:
    """What a browser would send to save a new version of a template, as the page offers it."""
    return answers(page, kind="version", into=offered(page, template_id), name="", **given)


def offered(page: Any, template_id: str) -> str:
    """The value of the choice of a template on the page, and of version 1 of one that it does not offer."""
    found = re.search(rf'value="({template_id}\.\d+)"', page.text)
    return found[1] if found else f"{template_id}.1"


def is_chosen(page: Any, value: str) -> bool:
    return re.search(rf'<option selected[^>]* value="{re.escape(value)}"', page.text) is not None


def test_a_workflow_becomes_a_new_version(app: Flask, bob: Person) -> None:  # T-09, T-13, T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    other = clone_of(app, bob.actor, template_id, "Other")
    edit(app, bob, workflow_id, 0, subject="Something else entirely", body="And nothing as it was.")
    assert re.search(r'<input checked[^>]*id="kind-0"', bob.get(page_of(workflow_id)).text)
    page = bob.get(f"{page_of(workflow_id)}?into={template_id}")
    assert re.search(r'<input checked[^>]*id="kind-1"', page.text)
    saved = bob.post(page_of(workflow_id), sent(page, template_id, note="Another beginning"))
    assert saved.status_code == 303 and saved.location.endswith(template_id), saved.text
    assert "“Onboarding” is saved as version 2." in bob.get(saved.location).text
    assert "Another beginning" in bob.get(f"/templates/{template_id}/versions").text
    assert "template-news" not in bob.get(f"/workflows/{workflow_id}").text, "it has what is new"
    takes = fields_of(bob.get(update_of(other)).text)["takes"]
    assert sorted(key.partition(":")[0] for key in takes) == ["body", "subject"], "the step is the same one"
    bob.post(update_of(other), {**_shown(bob, other), "take": takes})
    assert subjects(app, bob, other) == ["Something else entirely", None, "A small gift"]
    again = bob.post(page_of(workflow_id), sent(bob.get(page_of(workflow_id)), template_id))
    assert "Nothing was saved: version 2 of “Onboarding” already has" in bob.get(again.location).text


def _shown(person: Person, workflow_id: str) -> dict[str, Any]:
    found = fields_of(person.get(update_of(workflow_id)).text)
    return {name: found[name] for name in ("version", "revision")}


def test_only_templates_of_the_account_get_versions(app: Flask, bob: Person, mallory: Person) -> None:
    _, workflow_id = made_from_template(app, bob.actor)  # T-16, T-22
    theirs = add_template(app, mallory.actor, "Theirs", THREE_STEPS)
    page = bob.get(f"{page_of(workflow_id)}?into={theirs}")
    assert theirs not in page.text and re.search(r'<input checked[^>]*id="kind-0"', page.text)
    for template_id, status in ((theirs, 422), ("x", 422), (system_id(app, "new-lead-welcome"), 409)):
        assert bob.post(page_of(workflow_id), sent(page, template_id)).status_code == status


def test_a_version_of_somebody_else_is_not_replaced_without_asking(app: Flask, bob: Person) -> None:
    template_id, workflow_id = made_from_template(app, bob.actor)  # T-13
    edit(app, bob, workflow_id, 0, subject="Mine", body="My text.")
    page = bob.get(f"{page_of(workflow_id)}?into={template_id}")
    save_version(app, bob.actor, template_id, second_version())
    form = sent(page, template_id, note="My beginning")
    assert form["into"] == f"{template_id}.1"
    shown = bob.post(page_of(workflow_id), form | {"act": "review"})
    assert is_chosen(shown, f"{template_id}.1"), "what was opened counts until the user is asked"
    refusal = bob.post(page_of(workflow_id), form)
    assert refusal.status_code == 409, refusal.text
    assert "Someone else has saved version 2 of “Onboarding”" in refusal.text
    assert 'value="My beginning"' in refusal.text and is_chosen(refusal, f"{template_id}.2")
    saved = bob.post(page_of(workflow_id), sent(refusal, template_id))
    assert "“Onboarding” is saved as version 3." in bob.get(saved.location).text


def test_the_template_of_a_new_version_has_to_be_chosen(
    app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:  # T-09
    first = add_template(app, bob.actor, "A first one", THREE_STEPS)
    template_id, workflow_id = made_from_template(app, bob.actor)
    unrelated = draft(app, bob.actor)
    page = bob.get(page_of(unrelated))
    assert '<option selected value="">Choose a template</option>' in page.text
    refusal = bob.post(page_of(unrelated), answers(page, kind="version", into=""))
    assert refusal.status_code == 422 and "Choose the template that gets the new version." in refusal.text
    monkeypatch.setattr(own, "MOST_CHOICES", 1)
    page = bob.get(page_of(workflow_id))
    assert first in page.text and is_chosen(page, f"{template_id}.1"), "it was made from this one"
    assert is_chosen(bob.get(f"{page_of(unrelated)}?into={template_id}"), f"{template_id}.1")


def test_what_was_entered_stays_if_the_template_was_deleted(app: Flask, bob: Person) -> None:  # T-16
    template_id, workflow_id = made_from_template(app, bob.actor)
    form = sent(bob.get(page_of(workflow_id)), template_id, note="Another beginning")
    with app.app_context():
        gallery.delete_template(bob.actor, template_id)
    refusal = bob.post(page_of(workflow_id), form)
    assert refusal.status_code == 422, refusal.text
    assert "This template was deleted. Choose another one." in refusal.text
    assert 'value="Another beginning"' in refusal.text and 'id="kind-0"' in refusal.text


def test_a_program_saves_a_workflow_as_a_new_version(
    app: Flask, program: Program, mallory: Person
) -> None:  # T-13
    template_id, workflow_id = made_from_template(app, program.actor)
    address = f"/workflow-templates/{template_id}/versions"
    body = {"workflow_id": workflow_id, "note": "By a program"}
    edit(app, program, workflow_id, 0, subject="From ann@example.com", body="Call +49 30 901820.")
    saved = program.post(address, body)
    assert (saved.status_code, saved.json["version"], saved.json["name"]) == (200, 2, "Onboarding"), (
        saved.text
    )
    assert "ann@example.com" not in saved.text.partition('"replacements"')[0]
    assert {one["text"] for one in saved.json["replacements"]} == {"ann@example.com", "+49 30 901820"}
    assert program.post(address, body).json["version"] == 2, "nothing differs"
    assert "By a program" in program.get(f"{address}/2").text
    stale = program.post(address, body, headers={"If-Match": '"old"'})
    assert (stale.status_code, stale.json["code"]) == (412, "CHANGED_MEANWHILE")
    theirs = draft(app, mallory.actor)
    refused = program.post(address, {"workflow_id": theirs})
    assert refused.status_code == 404 and "workflow_id" in refused.json["fields"]
    system = program.post(f"/workflow-templates/{system_id(app, 'new-lead-welcome')}/versions", body)
    assert system.json["code"] == "TEMPLATE_READ_ONLY"
