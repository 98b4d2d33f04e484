"""Steps are added, moved, duplicated, deleted and switched off on the workflow's page (W-01)."""

import re

import pytest

from app.activity.infrastructure.queries import audit_entries
from tests.rooms.workflows.drafts import active, draft, found
from tests.unit.workflows.documents import branch, definition, email, path, rule, step, wait

CLICKED = {"all": [rule("event.link_clicked", "equals", "hello")]}
PART = {"HX-Target": "div#workflow-body"}


def forked():
    ways = branch("ways", path("yes", "Clicked", CLICKED, email("more")))
    return definition(email("hello"), ways, wait("pause"))


def order(app, actor, public_id):
    return [one.id for one in found(app, actor, public_id).parsed.all_steps]


def test_a_step_is_added_where_the_button_stands(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=forked())
    page = f"/workflows/{public_id}"
    shown = bob.get(page).text
    for place in ("start", "after.hello", "in.ways.yes", "after.more", "in.ways.default", "after.pause"):
        assert f'href="{page}/new-step?at={place}"' in shown, place
    types = bob.get(f"{page}/new-step?at=in.ways.default").text
    for words in ("Messages", "Send email", "Add a tag to the contact.", "Timing", "Logic"):
        assert words in types
    assert 'name="at" value="in.ways.default"' in types and 'name="revision" value="1"' in types
    answer = bob.post(f"{page}/new-step", {"type": "add_tag", "at": "in.ways.default", "revision": "1"})
    made = found(app, bob.actor, public_id).definition["steps"][1]["config"]["default"]["steps"][0]
    assert (made["type"], made["config"]) == ("add_tag", {})
    assert answer.location == f"{page}/steps/{made['id']}?added=2", "its settings come next"
    shown = bob.get(page).text
    assert "Tag is missing." in shown, "what it still needs is beside it"
    sent = {"tag": "hot", "revision": "2"}
    assert bob.post(f"{page}/steps/{made['id']}", sent).status_code == 303
    assert "Tag is missing." not in bob.get(page).text
    with app.app_context():
        assert audit_entries(bob.actor.account_id)[1].action == "workflow_step_added"


def test_a_step_just_added_can_be_discarded(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=forked())
    page = f"/workflows/{public_id}"
    settings = bob.post(
        f"{page}/new-step", {"type": "wait_for_event", "at": "start", "revision": "1"}
    ).location
    shown = bob.get(settings).text
    assert "Discard step" in shown and f'#step-{settings.split("/")[-1].split("?")[0]}">Cancel' not in shown
    assert "Wait no longer than" in shown and "Then the contact continues anyway." in shown
    updated = bob.post(
        settings, {"event": "tag_added", "update": "event", "added": "2", "revision": "2"}
    ).text
    assert "Discard step" in updated, "also after an input that changes the others"
    assert "Discard step" not in bob.get(settings.partition("?")[0]).text
    bob.post(f"{page}/undo", {"revision": "2"})
    assert order(app, bob.actor, public_id) == ["hello", "ways", "more", "pause"]
    sent = {"type": "branch", "at": "start", "revision": "3"}
    body = bob.post(f"{page}/new-step", sent, headers=PART).text
    paths = re.search(r'href="([^"]+/paths\?added=4)"', body)[1]
    assert f'formaction="{page}/undo">Discard step' in bob.get(paths).text
    bob.post(f"{page}/steps/pause/copy", {"revision": "4"})
    assert "Discard step" not in bob.get(paths).text, "it would undo another edit"


def test_who_may_not_change_a_workflow_drags_nothing(app, bob, vera):  # W-01
    page = f"/workflows/{draft(app, bob.actor, definition=forked())}"
    shown = bob.get(page).text
    assert 'class="flow-handle"' in shown and "vendor/sortable.min.js" in shown
    assert '<ol class="flow-line" data-place="in.ways.default">' in shown, "also a path without steps"
    seen = vera.get(page).text
    assert "flow-handle" not in seen and "data-place" not in seen and "sortable" not in seen


def test_a_step_moves_is_duplicated_and_deleted(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=forked())
    steps = f"/workflows/{public_id}/steps"
    answer = bob.post(f"{steps}/pause/place", {"to": "up", "revision": "1"})
    assert answer.location == f"/workflows/{public_id}?step=pause&revision=2#step-pause"
    assert order(app, bob.actor, public_id) == ["hello", "pause", "ways", "more"]
    options = bob.get(f"{steps}/pause/place").text
    assert '<optgroup label="Step 3, Branch: Clicked">' in options and 'value="after.more"' in options
    assert "At the beginning of “Clicked”" in options
    assert 'value="after.hello"' not in options, "it is there already"
    bob.post(f"{steps}/pause/place", {"to": "in.ways.yes", "revision": "2"})
    assert order(app, bob.actor, public_id) == ["hello", "ways", "pause", "more"]
    bob.post(f"{steps}/more/copy", {"revision": "3"})
    assert len(order(app, bob.actor, public_id)) == 5
    asked = bob.get(f"{steps}/ways/removal").text
    assert "Keep the steps of “Clicked”" in asked and "The step and the 3 steps in its paths" in asked
    bob.post(f"{steps}/ways/removal", {"keep": "yes", "revision": "4"})
    assert order(app, bob.actor, public_id)[:3] == ["hello", "pause", "more"]
    with app.app_context():
        actions = [entry.action for entry in audit_entries(bob.actor.account_id)]
    assert actions[:4] == [f"workflow_step_{what}" for what in ("deleted", "copied", "moved", "moved")]


def test_what_refers_to_a_step_is_told_before_it_is_deleted(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=forked())
    page = f"/workflows/{public_id}"
    asked = bob.get(f"{page}/steps/hello/removal").text
    assert "Other parts refer to it" in asked and "Step 2, Branch" in asked
    assert bob.post(f"{page}/steps/hello/removal", {"revision": "1"}).location.endswith("#step-ways")
    assert "which doesn’t exist" in bob.get(page).text


def test_htmx_gets_the_drawing_alone_and_the_step_keeps_the_focus(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=forked())
    page = f"/workflows/{public_id}"
    answer = bob.htmx("post", f"{page}/steps/pause/place", headers=PART, data={"to": "up", "revision": "1"})
    assert answer.headers["HX-Replace-Url"] == f"{page}?step=pause&revision=2"
    assert answer.text.startswith('<div id="workflow-body">') and "<html" not in answer.text
    assert re.search(rf'<a class="flow-time" href="{page}/steps/pause"[^>]* data-focus', answer.text)
    assert 'name="revision" value="2"' in answer.text
    added = bob.htmx(
        "post", f"{page}/new-step", headers=PART, data={"type": "add_note", "at": "start", "revision": "2"}
    )
    assert re.search(r"data-focus data-open-now", added.text), "its settings open at once"
    sheet = bob.htmx("get", f"{page}/new-step", headers={"HX-Target": "div#sheet-body"}).text
    assert "<html" not in sheet and 'hx-target="#workflow-body"' in sheet


def test_who_was_slower_is_told_and_nothing_changes(app, alice, bob):  # W-01
    public_id = draft(app, bob.actor, definition=forked())
    page = f"/workflows/{public_id}"
    alice.post(f"{page}/steps/pause/copy", {"revision": "1"})
    for path_, data in (
        ("/new-step", {"type": "wait", "at": "start"}),
        ("/steps/pause/place", {"to": "up"}),
        ("/steps/pause/copy", {}),
        ("/steps/hello/removal", {}),
        ("/steps/hello/switch", {"switch": "off"}),
    ):
        answer = bob.post(f"{page}{path_}", data | {"revision": "1"})
        assert answer.status_code == 409 and "Someone else changed this workflow" in answer.text, path_
        assert 'name="revision" value="2"' in answer.text, "the next try is on what is there now"
    assert found(app, bob.actor, public_id).revision == 2


@pytest.mark.parametrize(
    ("path_", "data", "sentence"),
    [
        ("/new-step", {"type": "send_owl", "at": "start"}, "Choose a type of step."),
        ("/new-step", {"type": "wait", "at": "after.nobody"}, "This place doesn’t exist"),
        ("/steps/hello/place", {"to": "up"}, "is already the first step"),
        ("/steps/ways/place", {"to": "after.more"}, "into one of its own paths"),
        ("/steps/ways/removal", {"keep": "9"}, "This path doesn’t exist"),
    ],
)
def test_what_is_not_possible_is_said_and_changes_nothing(app, bob, path_, data, sentence):
    public_id = draft(app, bob.actor, definition=forked())
    answer = bob.post(f"/workflows/{public_id}{path_}", data | {"revision": "1"})
    assert answer.status_code == 422 and sentence in answer.text
    assert found(app, bob.actor, public_id).revision == 1


def test_an_archived_workflow_and_unknown_steps(app, bob, vera):
    public_id = active(app, bob.actor)
    page = f"/workflows/{public_id}"
    assert bob.get(f"{page}/steps/nothing/place").status_code == 404
    assert bob.post(f"{page}/steps/nothing/copy", {"revision": "2"}).status_code == 404
    assert "new-step" not in vera.get(page).text
    bob.post(f"{page}/activation/removal")
    bob.post(f"{page}/archiving")
    assert "new-step" not in bob.get(page).text and bob.get(f"{page}/new-step").status_code == 409
    assert bob.post(f"{page}/steps/hello/copy", {"revision": "4"}).status_code == 409


def test_every_setting_can_be_changed_on_the_page_of_its_step(app, bob):  # T-04, W-01
    steps = definition(
        email("hello"),
        step("until", "wait_until", kind="time_of_day", time="09:00"),
        step("event", "wait_for_event", event="email_opened", timeout={"amount": 1, "unit": "days"}),
        step("field", "update_field", field="contact.city", value="Bristol"),
        step("in", "enroll_in_workflow"),
    )
    other = draft(app, bob.actor, "Other")
    public_id = draft(app, bob.actor, definition=steps)
    page = f"/workflows/{public_id}/steps"
    asked = bob.post(f"{page}/until", {"kind": "weekday", "revision": "1", "update": "kind"}).text
    assert 'name="weekday"' in asked and found(app, bob.actor, public_id).revision == 1
    bob.post(f"{page}/until", {"kind": "weekday", "weekday": "friday", "zone": "contact", "revision": "1"})
    sent = {"event": "link_clicked", "step": "hello", "timeout-amount": "2", "timeout-unit": "weeks"}
    assert "1. Hello" in bob.get(f"{page}/event").text
    bob.post(f"{page}/event", sent | {"revision": "2"})
    assert '<option value="contact.tags">' not in bob.get(f"{page}/field").text
    bob.post(f"{page}/field", {"field": "contact.company", "value": "Acme", "revision": "3"})
    assert f'<option value="{other}">Other</option>' in bob.get(f"{page}/in").text
    bob.post(f"{page}/in", {"workflow": other, "revision": "4"})
    assert [one["config"] for one in found(app, bob.actor, public_id).definition["steps"][1:]] == [
        {"kind": "weekday", "weekday": "friday", "zone": "contact"},
        {"event": "link_clicked", "step": "hello", "timeout": {"amount": 2, "unit": "weeks"}},
        {"field": "contact.company", "value": "Acme"},
        {"workflow": other},
    ]
    wrong = {"event": "link_clicked", "step": "", "timeout-amount": "soon", "timeout-unit": "weeks"}
    refused = bob.post(f"{page}/event", wrong | {"revision": "5"})
    assert refused.status_code == 422 and 'value="soon"' in refused.text
    assert "Enter a whole number of 1 or more." in refused.text
