"""What somebody types into a step is never lost, also if others delete the step meanwhile (W-01)."""

import re

from app.workflows import application as workflows
from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import IN_GERMANY, branch, definition, email, path, step

SHEET = {"HX-Target": "div#sheet-body"}
BODY = "Dear all,\n\nthis took <b>an hour</b> to write."
TYPED = {"subject": "Hours of work", "body": BODY, "on_failure": "continue", "step_type": "send_email"}


def with_a_branch(app, actor):
    ways = branch("ways", path("a", "Clicked", IN_GERMANY, email("more")), path("b", "Others", IN_GERMANY))
    return draft(app, actor, definition=definition(email("hello"), ways))


def test_what_was_typed_into_a_deleted_step_can_be_copied(app, alice, bob):  # W-01
    public_id = with_a_branch(app, bob.actor)
    page = f"/workflows/{public_id}/steps/hello"
    assert 'name="step_type" value="send_email"' in bob.get(page).text
    alice.post(f"{page}/removal", {"revision": "1"})
    late = bob.post(page, TYPED | {"revision": "1"})
    assert late.status_code == 409 and "It isn’t part of the workflow anymore." in late.text
    assert 'value="Hours of work" readonly' in late.text and "this took &lt;b&gt;an hour" in late.text
    assert re.search(r'<label class="form-label" for="typed-1">Subject</label>', late.text)
    part = bob.htmx("post", page, headers=SHEET, data=TYPED | {"revision": "1"})
    assert part.status_code == 409 and "<html" not in part.text and "this took" in part.text
    shown = bob.htmx("post", f"{page}/preview", data=TYPED)
    assert shown.status_code == 409 and shown.text.count('<div id="message-preview">') == 1
    assert bob.post(page, {"revision": "1"}).status_code == 404, "nothing was typed"
    alice.post(f"/workflows/{public_id}/undo", {"revision": "2"})
    sent = dict(re.findall(r'name="(subject|on_failure|step_type)" value="([^"]*)"', late.text))
    back = bob.post(page, sent | {"body": BODY, "revision": "2"})
    assert back.status_code == 409 and "Save again to replace their version." in back.text
    assert bob.post(page, sent | {"body": BODY, "revision": "3"}).status_code == 303
    assert found(app, bob.actor, public_id).definition["steps"][0]["config"]["body"] == BODY


def test_rows_and_lengths_of_a_deleted_step_are_shown_too(app, bob):  # W-01
    hook = step("hook", "webhook", url="https://example.com/hook")
    public_id = draft(app, bob.actor, definition=definition(hook))
    bob.post(f"/workflows/{public_id}/steps/hook/removal", {"revision": "1"})
    sent = {"url": "", "fields-name": ["plan", "town"], "fields-value": ["gold", "Ulm"], "revision": "1"}
    late = bob.post(f"/workflows/{public_id}/steps/hook", sent | {"step_type": "webhook"})
    shown = re.findall(r'name="fields-(name|value)" value="([^"]*)"', late.text)
    assert shown == [("name", "plan"), ("name", "town"), ("value", "gold"), ("value", "Ulm")]


def test_what_was_typed_stays_when_others_archive_the_workflow_or_change_the_type(app, alice, bob):  # W-01
    started = definition(email("hello"), trigger={"type": "tag_added", "enabled": True, "config": {}})
    public_id = draft(app, bob.actor, definition=started)
    page = f"/workflows/{public_id}"
    alice.post(f"{page}/new-trigger", {"type": "form_submitted", "revision": "1"})
    other = bob.post(f"{page}/steps/trigger", {"tag": "vip", "step_type": "tag_added", "revision": "1"})
    assert other.status_code == 409 and "Someone chose another type since you opened it" in other.text
    assert 'value="vip" readonly' in other.text and "Save again" not in other.text
    bob.post(f"{page}/new-trigger", {"type": "manual", "revision": "2"})
    alice.post(f"{page}/activation", {"confirmed": "1"})
    alice.post(f"{page}/activation/removal")
    alice.post(f"{page}/archiving")
    late = bob.post(f"{page}/steps/hello", TYPED | {"revision": "3"})
    assert late.status_code == 409 and "An archived workflow can’t be changed." in late.text
    assert "this took &lt;b&gt;an hour" in late.text


def test_filters_for_an_archived_workflow_can_be_copied(app, alice, bob):  # W-01
    page = f"/workflows/{draft(app, bob.actor, definition=definition(email('hello')))}"
    alice.post(f"{page}/activation", {"confirmed": "1"})
    alice.post(f"{page}/activation/removal")
    alice.post(f"{page}/archiving")
    chosen = {"g0-0-field": "contact.city", "g0-0-op": "equals", "g0-0-value": "Oslo", "act": "save"}
    late = bob.post(f"{page}/filters", chosen | {"revision": "1"})
    assert late.status_code == 409 and "An archived workflow can’t be changed." in late.text
    assert (
        "Your conditions are still here, so you can copy them." in late.text and 'value="Oslo"' in late.text
    )
    assert bob.post(f"{page}/filters", {"act": "clear", "revision": "1"}).status_code == 409


def test_names_of_paths_that_are_gone_can_be_copied(app, alice, bob):  # W-01
    public_id = with_a_branch(app, bob.actor)
    page = f"/workflows/{public_id}/steps/ways"
    alice.post(f"{page}/removal", {"revision": "1"})
    late = bob.post(f"{page}/paths", {"name-a": "Did click", "name-b": "", "revision": "1"})
    assert late.status_code == 409 and 'value="Did click" readonly' in late.text
    assert "Name of path 1" in late.text
    assert bob.post(f"{page}/paths", {"revision": "1"}).status_code == 404


def test_who_switches_a_deleted_step_sees_the_workflow_as_it_is(app, alice, bob):  # W-01
    public_id = with_a_branch(app, bob.actor)
    page = f"/workflows/{public_id}/steps/hello"
    alice.post(f"{page}/removal", {"revision": "1"})
    part = {"HX-Target": "div#workflow-body"}
    late = bob.htmx("post", f"{page}/switch", headers=part, data={"switch": "off", "revision": "1"})
    assert late.status_code == 409 and late.text.startswith('<div id="workflow-body">')


def test_an_outdated_drawing_adds_to_the_same_path_or_to_none(app, alice, bob):  # W-01
    public_id = with_a_branch(app, bob.actor)
    page = f"/workflows/{public_id}"
    place = "in.ways.a"
    assert f"{page}/new-step?at={place}" in bob.get(page).text
    alice.post(f"{page}/steps/ways/paths", {"act": "up.b", "revision": "1"})
    types = bob.get(f"{page}/new-step?at={place}").text
    assert f'name="at" value="{place}"' in types
    bob.post(f"{page}/new-step", {"type": "add_note", "at": place, "revision": "2"})
    paths = found(app, bob.actor, public_id).parsed.steps[1].paths
    assert [[one.type for one in each.steps] for each in paths[:2]] == [[], ["add_note", "send_email"]]
    alice.post(f"{page}/steps/ways/paths", {"act": "remove.a", "revision": "3"})
    refused = bob.post(f"{page}/new-step", {"type": "add_note", "at": place, "revision": "4"})
    assert refused.status_code == 422 and "This place doesn’t exist in the workflow anymore." in refused.text


def test_what_was_typed_stays_when_the_step_is_deleted_while_it_is_saved(
    app, alice, bob, monkeypatch
):  # W-01
    page = f"/workflows/{with_a_branch(app, bob.actor)}/steps/hello"
    judged = workflows.refuse_other_type

    def deleted_meanwhile(card, type_):
        alice.post(f"{page}/removal", {"revision": "1"})
        judged(card, type_)

    monkeypatch.setattr(workflows, "refuse_other_type", deleted_meanwhile)
    late = bob.post(page, TYPED | {"revision": "1"})
    assert late.status_code == 409 and "It isn’t part of the workflow anymore." in late.text
    assert "this took &lt;b&gt;an hour" in late.text
