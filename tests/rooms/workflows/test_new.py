"""A workflow is built from nothing, without a template (W-01)."""

from dataclasses import replace

import pytest

from app.activity.infrastructure.queries import audit_entries
from tests.rooms.workflows.drafts import draft, found


def test_a_workflow_is_built_from_nothing(app, bob, vera, postal_address):  # W-01
    assert 'href="/workflows/new"' in bob.get("/workflows").text
    assert "/workflows/new" not in vera.get("/workflows").text
    answer = bob.post("/workflows/new", {"name": "  Spring  leads "})
    page = answer.location
    public_id = page.rpartition("/")[2]
    assert found(app, bob.actor, public_id).name == "Spring leads"
    shown = bob.get(page).text
    assert "Add at least one action" in shown and "Nothing in this workflow is live" not in shown
    added = bob.post(f"{page}/new-step", {"type": "send_email", "at": "start", "revision": "1"})
    bob.post(added.location, {"subject": "Hello", "body": "Good to have you.", "revision": "2"})
    assert bob.post(f"{page}/activation", {"confirmed": "1"}).status_code == 303
    assert found(app, bob.actor, public_id).status == "active"
    with app.app_context():
        actions = [entry.action for entry in audit_entries(bob.actor.account_id)]
    assert actions[:4] == [
        "workflow_activated",
        "workflow_edited",
        "workflow_step_added",
        "workflow_created",
    ]


def test_a_new_workflow_needs_a_name_of_its_own(app, bob, vera):
    draft(app, bob.actor, "Spring leads")
    assert bob.get("/workflows/new").status_code == 200 and vera.get("/workflows/new").status_code == 403
    assert vera.post("/workflows/new", {"name": "Mine"}).status_code == 403
    refused = bob.post("/workflows/new", {"name": " "})
    assert refused.status_code == 422 and "Enter a name." in refused.text
    taken = bob.post("/workflows/new", {"name": "Spring leads"})
    assert taken.status_code == 409 and "Use this name anyway" in taken.text
    again = {"name": "Spring leads", "same_name": "Spring leads"}
    assert bob.post("/workflows/new", again).status_code == 303


@pytest.fixture
def full_app(app):
    """The app with a limit that is reached."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, max_workflows=0)
    yield app
    app.extensions["settings"] = before


def test_the_limit_of_workflows_holds(full_app, bob):
    answer = bob.post("/workflows/new", {"name": "One too many"})
    assert answer.status_code == 429 and "has reached its limit" in answer.text
