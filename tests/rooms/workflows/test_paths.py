"""Paths of branches and splits are edited on a page of their own, as plain forms (W-01)."""

import re

import pytest

from app.activity.infrastructure.queries import audit_entries
from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import IN_GERMANY, branch, definition, email, path, rule, split

CLICKED = {"all": [rule("event.link_clicked", "equals", "hello")]}


def branched(app, actor):
    ways = branch("ways", path("a", "Clicked", CLICKED, email("more")), path("b", "German", IN_GERMANY))
    return draft(app, actor, definition=definition(email("hello"), ways))


def paths(app, actor, public_id):
    return found(app, actor, public_id).parsed.steps[1].paths


def test_paths_are_named_added_moved_and_removed(app, bob):  # W-01
    public_id = branched(app, bob.actor)
    page = f"/workflows/{public_id}/steps/ways/paths"
    assert f'href="{page}"' in bob.get(f"/workflows/{public_id}").text
    shown = bob.get(page).text
    assert 'value="German"' in shown and "Country is Germany" in shown and "No steps" in shown
    typed = {"name-a": "Did click", "name-b": "German", "name-default": "Others"}
    answer = bob.post(page, typed | {"act": "add", "revision": "1"})
    assert answer.location == f"{page}?focus=add"
    moved = bob.post(page, typed | {"act": "up.b", "revision": "2"})
    assert moved.location == f"{page}?focus=b"
    assert re.findall(r'id="(name-\w+)"[^>]* data-focus>', bob.get(moved.location).text) == ["name-b"]
    removed = bob.post(page, typed | {"act": "remove.a", "revision": "3"})
    assert removed.location == f"{page}?focus=b"
    assert [one.name for one in paths(app, bob.actor, public_id)] == ["German", "Path 3", "Others"]
    third = paths(app, bob.actor, public_id)[1].id
    saved = bob.post(page, {f"name-{third}": "Third", "revision": "4"})
    assert saved.location == f"/workflows/{public_id}?step=ways&revision=5#step-ways"
    with app.app_context():
        assert audit_entries(bob.actor.account_id)[0].action == "workflow_paths_changed"


def test_what_is_wrong_stands_at_its_field(app, alice, bob):  # W-01
    public_id = branched(app, bob.actor)
    page = f"/workflows/{public_id}/steps/ways/paths"
    refused = bob.post(page, {"name-a": "", "name-b": "Kept", "revision": "1"})
    assert refused.status_code == 422 and "Path 1 needs a name." in refused.text
    assert 'value="Kept"' in refused.text and 'aria-describedby="name-a-error"' in refused.text
    twice = bob.post(page, {"name-a": "Same", "name-b": "Same", "revision": "1"})
    assert twice.status_code == 422 and "Two paths are named “Same”." in twice.text
    assert found(app, bob.actor, public_id).revision == 1
    alice.post(page, {"name-a": "Alice’s", "revision": "1"})
    slower = bob.post(page, {"name-a": "Bob’s", "revision": "1"})
    assert slower.status_code == 409 and "Bob’s" in slower.text and 'value="2"' in slower.text


def test_what_was_typed_stays_at_its_path_when_others_move_it(app, alice, bob):  # W-01
    public_id = branched(app, bob.actor)
    page = f"/workflows/{public_id}/steps/ways/paths"
    alice.post(page, {"act": "up.b", "revision": "1"})
    slower = bob.post(page, {"name-a": "Did click", "name-b": "From Germany", "revision": "1"})
    assert slower.status_code == 409
    typed = dict(re.findall(r'name="name-(\w+)" value="([^"]*)"', slower.text))
    assert list(typed.items())[:2] == [("b", "From Germany"), ("a", "Did click")]
    bob.post(page, {f"name-{key}": name for key, name in typed.items()} | {"revision": "2"})
    saved = [(one.id, one.name) for one in paths(app, bob.actor, public_id)[:2]]
    assert saved == [("b", "From Germany"), ("a", "Did click")]


def test_conditions_of_a_path_that_is_gone_go_nowhere_else(app, alice, bob):  # W-01
    public_id = branched(app, bob.actor)
    page = f"/workflows/{public_id}/steps/ways/paths"
    typed = {"g0-join": "all", "g0-0-field": "contact.country", "g0-0-op": "equals", "g0-0-value": "AT"}
    alice.post(page, {"act": "remove.a", "revision": "1"})
    for revision in ("1", "2"):
        late = bob.post(f"{page}/a", typed | {"act": "save", "revision": revision})
        assert late.status_code == 409 and "This path doesn’t exist anymore." in late.text
        assert "so you can copy them" in late.text, "what was chosen is still there"
        assert '<option value="AT" selected>' in late.text and "Trigger filters" not in late.text
    assert bob.post(page, {"act": "up.a", "revision": "2"}).status_code == 422
    assert paths(app, bob.actor, public_id)[0].criteria == IN_GERMANY


def test_percentages_add_up_to_a_hundred(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=definition(email("hello"), split("test", 50, 50)))
    page = f"/workflows/{public_id}/steps/test/paths"
    for shares in (("70", "20"), ("x", "50"), ("100", "0")):
        sent = {"percent-test-1": shares[0], "percent-test-2": shares[1], "revision": "1"}
        answer = bob.post(page, sent)
        assert answer.status_code == 422 and f'value="{shares[0]}"' in answer.text
        assert 'aria-describedby="percent-test-1-error"' in answer.text
    sent = {"percent-test-1": "70 %", "percent-test-2": "30", "revision": "1"}
    assert bob.post(page, sent).status_code == 303
    assert [one.share for one in paths(app, bob.actor, public_id)] == [70, 30]
    assert bob.get(f"{page}/test-1").status_code == 404, "a share is no condition"


def test_conditions_of_a_path_are_built_without_javascript(app, bob):  # W-01
    public_id = branched(app, bob.actor)
    page = f"/workflows/{public_id}/steps/ways/paths"
    going = bob.post(page, {"name-b": "From Austria", "act": "conditions.b", "revision": "1"})
    assert going.location == f"{page}/b" and paths(app, bob.actor, public_id)[1].name == "From Austria"
    shown = bob.get(f"{page}/b").text
    assert '<option value="DE" selected>Germany</option>' in shown
    assert '<option value="event.link_clicked">Has clicked a link in</option>' in shown
    assert '<optgroup label="Messages">' in shown and '<optgroup label="Contact">' in shown
    opened = {"g0-0-field": "event.email_opened", "g0-0-op": "is_not_empty", "revision": "2"}
    shown = bob.post(f"{page}/b", opened | {"act": "update"}).text
    for op, label in (("equals", "this"), ("not_equals", "not this"), ("is_empty", "no")):
        assert f'<option value="{op}">{label} message</option>' in shown
    assert '<option value="is_not_empty" selected>any message</option>' in shown
    assert "event.amount" not in shown, "the trigger is no purchase"
    typed = {
        "g0-join": "any",
        "g0-0-field": "contact.country",
        "g0-0-op": "equals",
        "g0-0-value": "AT",
        "revision": "2",
    }
    more = bob.post(f"{page}/b", typed | {"act": "add-0"}).text
    assert 'name="g0-1-field"' in more and '<option value="AT" selected>' in more
    typed |= {"g0-1-field": "event.email_opened", "g0-1-op": "equals", "g0-1-value": "hello"}
    part = bob.htmx("post", f"{page}/b", headers={"HX-Target": "form#conditions-form"}, data=typed).text
    assert part.startswith("<form") and '<option value="hello" selected>1. Hello</option>' in part
    empty = bob.post(f"{page}/b", typed | {"g0-0-value": "", "act": "save"})
    assert empty.status_code == 422 and "Complete the conditions" in empty.text
    assert bob.post(f"{page}/b", typed | {"act": "save"}).location == page
    assert paths(app, bob.actor, public_id)[1].criteria == {
        "any": [
            {"field": "contact.country", "op": "equals", "value": "AT"},
            {"field": "event.email_opened", "op": "equals", "value": "hello"},
        ]
    }
    assert bob.get(f"/workflows/{public_id}").text.count("to fix first") == 0


@pytest.mark.parametrize("address", ["steps/ways/paths/b", "filters"])
def test_another_row_does_not_hide_what_others_have_saved(app, alice, bob, address):  # W-01
    public_id = branched(app, bob.actor)
    page = f"/workflows/{public_id}/{address}"
    typed = {"g0-join": "all", "g0-0-field": "contact.country", "g0-0-op": "equals", "g0-0-value": "AT"}
    typed["revision"] = "1"
    hers = {"subject": "Hers", "body": "Good to have you.", "revision": "1"}
    assert alice.post(f"/workflows/{public_id}/steps/hello", hers).status_code == 303
    for act in ("add-0", "add-group", ""):
        assert 'name="revision" value="1"' in bob.post(page, typed | {"act": act}).text
    late = bob.post(page, typed | {"act": "save"})
    assert late.status_code == 409 and 'name="revision" value="2"' in late.text
    assert "Your conditions are still here." in late.text and '<option value="AT" selected>' in late.text


def test_deep_conditions_are_kept_or_replaced(app, bob):  # W-01
    deep = {"all": [{"any": [{"all": IN_GERMANY["all"]}, *CLICKED["all"]]}]}
    ways = branch("ways", path("a", "Deep", deep))
    public_id = draft(app, bob.actor, definition=definition(email("hello"), ways))
    page = f"/workflows/{public_id}/steps/ways/paths/a"
    shown = bob.get(page).text
    assert "can’t be edited here" in shown and "Country is Germany" in shown
    assert 'name="g0-0-field"' in bob.get(f"{page}?new=1").text


def test_only_branches_and_splits_have_paths(app, bob, vera, mallory):  # W-01
    public_id = branched(app, bob.actor)
    for address in ("steps/hello/paths", "steps/ways/paths/default", "steps/ways/paths/0", "steps/x/paths"):
        assert bob.get(f"/workflows/{public_id}/{address}").status_code == 404, address
    page = f"/workflows/{public_id}/steps/ways/paths"
    assert vera.get(page).status_code == 403 and mallory.get(page).status_code == 404
    for address in (page, f"{page}/a"):
        assert vera.post(address, {"act": "add", "revision": "1"}).status_code == 403
        assert mallory.post(address, {"act": "add", "revision": "1"}).status_code == 404
