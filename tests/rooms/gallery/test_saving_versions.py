"""A workflow is saved as a new version of a template of the account (T-09, T-13, T-16)."""

import re
from typing import Any

from flask import Flask

from tests.people import Person
from tests.rooms.gallery.shelf import add_template, system_id
from tests.rooms.gallery.test_saving import answers, page_of
from tests.rooms.gallery.test_template_updates import edit, subjects
from tests.rooms.gallery.updating import THREE_STEPS, clone_of, fields_of, made_from_template
from tests.rooms.gallery.updating import page_of as update_of


def sent(page: Any, template_id: str, **given: Any) -> dict[str, Any]:
    """What a browser would send to save a new version of a template."""
    return answers(page, kind="version", into=template_id, name="", **given)


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
    assert "“Onboarding” is saved as version 2." in bob.get(again.location).text, "nothing differs"


def _shown(person: Person, workflow_id: str) -> dict[str, Any]:
    found = fields_of(person.get(update_of(workflow_id)).text)
    return {name: found[name] for name in ("version", "revision")}


def test_only_templates_of_the_account_get_versions(app: Flask, bob: Person, mallory: Person) -> None:
    _, workflow_id = made_from_template(app, bob.actor)  # T-16, T-22
    theirs = add_template(app, mallory.actor, "Theirs", THREE_STEPS)
    page = bob.get(f"{page_of(workflow_id)}?into={theirs}")
    assert theirs not in page.text and re.search(r'<input checked[^>]*id="kind-0"', page.text)
    for template_id, status in ((theirs, 404), ("x", 404), (system_id(app, "new-lead-welcome"), 409)):
        assert bob.post(page_of(workflow_id), sent(page, template_id)).status_code == status
