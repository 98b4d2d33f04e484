"""One workflow's page: what it shows, its name and description, and who may do what there."""

import re

import pytest
from markupsafe import Markup

from app.activity.infrastructure.queries import audit_entries
from app.workflows import application as workflows
from app.workflows.application import panels
from tests.rooms.workflows.drafts import FROM_TEMPLATE, active, draft, found
from tests.unit.workflows.documents import as_large_as_allowed, one_of_everything

CHANGES = [
    ("", {"name": "Mine", "revision": "1"}),
    ("/activation", {}),
    ("/activation/removal", {}),
    ("/archiving", {}),
    ("/steps/hello", {"subject": "x", "body": "y", "revision": "1"}),
    ("/new-step", {"type": "wait", "at": "start", "revision": "1"}),
    ("/steps/hello/place", {"to": "down", "revision": "1"}),
    ("/steps/hello/copy", {"revision": "1"}),
    ("/steps/hello/removal", {"revision": "1"}),
]


def test_the_page_shows_lineage_drawing_and_facts(app, bob):  # T-08
    public_id = draft(app, bob.actor, "Spring", description="For the fair", template=FROM_TEMPLATE)
    page = bob.get(f"/workflows/{public_id}").text
    for words in (
        "Made from New lead welcome, version 3",
        "For the fair",
        "When you add people",
        "Hi [First name]",
        "Wait 2 days",
        f'href="/workflows/{public_id}/steps/hello"',
        f'href="/workflows/{public_id}/steps/pause"',
        "SMS not connected",
        "by Bob",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    "document", [one_of_everything(), as_large_as_allowed(), {}], ids=["all", "large", "no"]
)
def test_every_definition_can_be_looked_at(app, bob, document):
    public_id = draft(app, bob.actor, definition=document)
    assert bob.get(f"/workflows/{public_id}").status_code == 200


def test_name_and_description_are_changed(app, bob):
    public_id = draft(app, bob.actor)
    assert 'value="Welcome"' in bob.get(f"/workflows/{public_id}/edit").text
    sent = {
        "name": "  Spring\0  leads ",
        "description": "One\r\nTwo",
        "enroll_again": "y",
        "tracks_reactions": "y",
        "revision": "1",
    }
    assert bob.post(f"/workflows/{public_id}", sent).status_code == 303
    workflow = found(app, bob.actor, public_id)
    assert (workflow.name, workflow.description) == ("Spring leads", "One\nTwo")
    assert workflow.enroll_again is True
    with app.app_context():
        entry = audit_entries(bob.actor.account_id)[0]
    assert (entry.action, entry.facts["changed"]) == (
        "workflow_renamed",
        ["name", "description", "enroll_again"],
    )


def test_a_name_is_needed_and_has_an_end(app, bob):
    public_id = draft(app, bob.actor)
    for name, sentence in [(" ", "Enter a name."), ("x" * 121, "Use at most 120 characters.")]:
        answer = bob.post(f"/workflows/{public_id}", {"name": name, "description": "Kept", "revision": "1"})
        assert answer.status_code == 422
        assert sentence in answer.text and "Kept" in answer.text


def test_who_renames_second_is_told(app, alice, bob):
    public_id = draft(app, bob.actor)
    alice.post(f"/workflows/{public_id}", {"name": "Alice's", "revision": "1"})
    answer = bob.post(f"/workflows/{public_id}", {"name": "Bobs", "revision": "1"})
    assert answer.status_code == 409
    assert 'value="Bobs"' in answer.text and "Alice&#39;s" in answer.text
    assert found(app, bob.actor, public_id).name == "Alice's"


def test_vera_looks_and_changes_nothing(app, bob, vera):
    public_id = draft(app, bob.actor)
    page = vera.get(f"/workflows/{public_id}")
    assert page.status_code == 200
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert "<button" not in main and "<form" not in main and f"/workflows/{public_id}/edit" not in main
    assert f'href="/workflows/{public_id}/steps/pause"' not in main
    message = vera.get(f"/workflows/{public_id}/steps/hello")
    assert message.status_code == 200
    assert "Hi Nora" in message.text and "step-form" not in message.text
    assert vera.get(f"/workflows/{public_id}/edit").status_code == 403
    for path, data in CHANGES:
        assert vera.post(f"/workflows/{public_id}{path}", data).status_code == 403, path
    assert found(app, bob.actor, public_id).revision == 1


def test_somebody_elses_workflow_does_not_exist(app, bob, mallory, sam):  # T-22
    public_id = active(app, bob.actor)
    for stranger in (mallory, sam):
        for path in ("", "/edit", "/steps/hello", "/people"):
            assert stranger.get(f"/workflows/{public_id}{path}").status_code == 404, path
        for path, data in [*CHANGES, ("/steps/hello/preview", {})]:
            assert stranger.post(f"/workflows/{public_id}{path}", data).status_code == 404, path
        assert "No workflows yet" in stranger.get("/workflows").text
    assert found(app, bob.actor, public_id).status == "active"


@pytest.mark.parametrize("public_id", ["1", "nonsense", "01900000-0000-7000-8000-000000000000", "%00"])
def test_what_is_no_id_does_not_exist(bob, public_id):
    answer = bob.get(f"/workflows/{public_id}")
    assert answer.status_code == 404
    assert 'href="/workflows"' in answer.text


def test_higher_rooms_show_cards_of_their_own(app, bob, monkeypatch):
    monkeypatch.setattr(panels, "_panels", {"top": {}, "side": {}})
    workflows.register_panel(
        "top", lambda _actor, workflow: Markup("<p>Top of {}</p>").format(workflow.name), "top"
    )
    workflows.register_panel("plain", lambda *_: "<b>escaped</b>")
    workflows.register_panel("none", lambda *_: None)
    page = bob.get(f"/workflows/{draft(app, bob.actor)}").text
    assert "<p>Top of Welcome</p>" in page and "&lt;b&gt;escaped" in page


def test_forms_carry_a_token(app, bob):
    page = bob.get(f"/workflows/{active(app, bob.actor)}").text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert len(re.findall(r"<form", main)) == len(re.findall(r'name="csrf_token"', main)) > 0
