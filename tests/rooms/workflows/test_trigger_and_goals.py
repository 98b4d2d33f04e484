"""Triggers, their filters, and goals are changed on the workflow's page (T-04, W-01)."""

from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import definition as written
from tests.unit.workflows.documents import email, goal, goals


def test_another_trigger_is_chosen_and_set_up(app, bob):  # T-04
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}"
    types = bob.get(f"{page}/new-trigger").text
    assert "Chosen now" in types and "Tag added" in types
    answer = bob.post(f"{page}/new-trigger", {"type": "tag_added", "revision": "1"})
    assert answer.location == f"{page}/steps/trigger?added=2", "its settings come next"
    assert "Trigger of “Welcome”" in bob.get(answer.location).text
    assert bob.post(answer.location, {"tag": "", "revision": "2"}).status_code == 422
    assert bob.post(answer.location, {"tag": "new lead", "revision": "2"}).status_code == 303
    trigger = found(app, bob.actor, public_id).definition["trigger"]
    assert trigger == {"type": "tag_added", "enabled": True, "config": {"tag": "new lead"}}
    assert bob.post(f"{page}/new-trigger", {"type": "full_moon", "revision": "3"}).status_code == 422


def test_filters_say_whom_the_trigger_adds(app, bob):  # T-04
    bought = {"type": "purchase_made", "enabled": True, "config": {}}
    public_id = draft(app, bob.actor, definition=written(email(), trigger=bought))
    page = f"/workflows/{public_id}/filters"
    shown = bob.get(page).text
    assert '<option value="event.amount">Purchase amount</option>' in shown
    assert "event.email_opened" not in shown, "nothing is sent before the trigger"
    typed = {"g0-join": "all", "g0-0-field": "event.amount", "g0-0-op": "greater", "revision": "1"}
    assert bob.post(page, typed | {"act": "save"}).status_code == 422
    saved = bob.post(page, typed | {"g0-0-value": "50", "act": "save"})
    assert saved.location == f"/workflows/{public_id}#step-trigger"
    assert "Only if: purchase amount is more than 50" in bob.get(f"/workflows/{public_id}").text
    assert bob.post(page, {"act": "clear", "revision": "2"}).status_code == 303
    assert "filters" not in found(app, bob.actor, public_id).definition["trigger"]


def test_goals_are_added_changed_and_removed(app, bob):  # W-01
    public_id = draft(app, bob.actor, definition=written(email("hello")))
    page = f"/workflows/{public_id}"
    assert "Clicks a link" in bob.get(f"{page}/new-goal").text
    answer = bob.post(f"{page}/new-goal", {"type": "link_clicked", "revision": "1"})
    goal_id = found(app, bob.actor, public_id).parsed.goals[0].id
    assert answer.location.startswith(f"{page}/steps/{goal_id}?added=")
    assert "1. Hello" in bob.get(answer.location).text
    bob.post(answer.location, {"step": "hello", "revision": "2"})
    assert found(app, bob.actor, public_id).parsed.goals[0].config["step"] == "hello"
    bob.post(f"{page}/new-goal", {"type": "tag_added", "revision": "3"})
    assert "Require all goals" in bob.get(page).text
    bob.post(f"{page}/goal-match", {"match": "all", "revision": "4"})
    assert found(app, bob.actor, public_id).parsed.match == "all"
    assert "Any goal is enough" in bob.get(page).text
    assert bob.post(f"{page}/goal-removal", {"goal": goal_id, "revision": "5"}).status_code == 303
    assert [one.type for one in found(app, bob.actor, public_id).parsed.goals] == ["tag_added"]
    assert bob.post(f"{page}/goal-removal", {"goal": goal_id, "revision": "6"}).status_code == 404


def test_vera_and_mallory_change_neither(app, bob, vera, mallory):  # T-22
    own = written(email(), goals=goals(goal("g", "tag_added", tag="x")))
    public_id = draft(app, bob.actor, definition=own)
    for path in ("new-trigger", "filters", "new-goal", "goal-removal", "goal-match"):
        assert vera.post(f"/workflows/{public_id}/{path}", {"revision": "1"}).status_code == 403, path
        assert mallory.post(f"/workflows/{public_id}/{path}", {"revision": "1"}).status_code == 404, path
    assert "new-goal" not in vera.get(f"/workflows/{public_id}").text


def test_a_document_without_a_trigger_offers_to_choose_one_and_nothing_else(app, bob):  # W-01
    without = written(email("hello")) | {"trigger": None}
    page = f"/workflows/{draft(app, bob.actor, definition=without)}"
    shown = bob.get(page).text
    assert "Choose trigger…" in shown and f"{page}/steps/trigger/switch" not in shown
    assert f"{page}/filters" not in shown
    bob.post(f"{page}/new-trigger", {"type": "contact_created", "revision": "1"})
    shown = bob.get(page).text
    assert "Change trigger…" in shown and f"{page}/steps/trigger/switch" in shown
