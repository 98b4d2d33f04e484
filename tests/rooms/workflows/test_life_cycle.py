"""A workflow is activated, paused and archived, and each activation keeps a version (W-02)."""

import pytest

from app.activity.infrastructure.queries import audit_entries
from app.platform.errors import Conflict
from app.workflows import application as workflows
from tests.rooms.workflows.drafts import active, complete, draft, found, version_of
from tests.unit.workflows.documents import branch, definition, email, path, rule, sms, step


def test_a_draft_is_activated_with_one_button_that_leads_to_adding_people(app, bob, postal_address):
    """W-02, B-01."""
    public_id = draft(app, bob.actor, definition=complete())
    page = bob.get(f"/workflows/{public_id}").text
    assert "Activate and add people" in page and 'value="people"' in page
    answer = bob.post(f"/workflows/{public_id}/activation", {"then": "people"})
    assert answer.status_code == 303
    assert answer.location == f"/workflows/{public_id}/enroll"
    assert found(app, bob.actor, public_id).status == "active"


def test_activation_alone_comes_back_to_the_page(app, bob, postal_address):
    public_id = draft(app, bob.actor, definition=complete())
    answer = bob.post(f"/workflows/{public_id}/activation")
    assert answer.location == f"/workflows/{public_id}"
    page = bob.get(answer.location).text
    assert "“Welcome” is active. You can add people now. Nobody begins and no messages go out until" in page
    assert f'href="/workflows/{public_id}/enroll"' in page
    with app.app_context():
        assert audit_entries(bob.actor.account_id)[0].action == "workflow_activated"


def test_the_whole_life_and_the_buttons_of_each_state(app, bob):  # W-02
    public_id = active(app, bob.actor)
    page = f"/workflows/{public_id}"
    assert "Pause" in bob.get(page).text and f"{page}/archiving" not in bob.get(page).text
    assert bob.post(f"{page}/activation/removal").status_code == 303
    assert found(app, bob.actor, public_id).status == "paused"
    assert "Archive “Welcome”?" in bob.get(page).text
    assert f'href="{page}/enroll"' not in bob.get(page).text
    assert bob.post(f"{page}/archiving").status_code == 303
    shown = bob.get(page).text
    assert found(app, bob.actor, public_id).status == "archived"
    assert f"{page}/edit" not in shown and f"{page}/activation" not in shown


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("draft", "activation/removal"),
        ("draft", "archiving"),
        ("active", "archiving"),
        ("archived", "activation"),
        ("archived", "activation/removal"),
    ],
)
def test_what_a_state_does_not_allow_is_said_in_words(app, bob, state, change):
    public_id = draft(app, bob.actor) if state == "draft" else active(app, bob.actor)
    if state == "archived":
        with app.app_context():
            workflows.pause(bob.actor, public_id)
            workflows.archive(bob.actor, public_id)
    answer = bob.post(f"/workflows/{public_id}/{change}")
    assert answer.status_code == 409
    assert "It is " in answer.text
    assert found(app, bob.actor, public_id).status == state


def test_every_problem_is_listed_and_stands_at_its_step(app, bob):  # W-02
    way_in = path("a", "Clicked", {"all": [rule("event.link_clicked", "equals", "hello")]}, sms("inner", ""))
    broken = definition(
        email("hello", "Hi {{ contact.frist_name }}", ""),
        branch("fork", way_in),
        trigger={"type": "tag_added", "enabled": True, "config": {}},
    )
    public_id = draft(app, bob.actor, definition=broken)
    answer = bob.post(f"/workflows/{public_id}/activation", {"then": "people"})
    assert answer.status_code == 422
    for words in (
        "4 problems to fix",
        'href="#step-trigger"',
        'href="#step-hello"',
        'href="#step-inner"',
        "Step 1, Send email",
        "Subject: The merge tag {{ contact.frist_name }} doesn’t exist. "
        "Did you mean {{ contact.first_name }}?",
        "Step 3, Send SMS",
    ):
        assert words in answer.text, words
    for anchor in ("step-trigger", "step-hello", "step-inner"):
        assert f'id="{anchor}"' in answer.text
    assert 'role="alert"' in answer.text
    workflow = found(app, bob.actor, public_id)
    assert (workflow.status, workflow.active_version_id) == ("draft", None)


def test_what_the_account_does_not_have_is_a_problem_too(app, bob):
    linked = definition(
        email("hello", "Hi", "Your plan: {{ contact.custom.plan }}"),
        step("next", "enroll_in_workflow", workflow="01900000-0000-7000-8000-000000000000"),
    )
    answer = bob.post(f"/workflows/{draft(app, bob.actor, definition=linked)}/activation")
    assert answer.status_code == 422
    assert "The custom field “plan” doesn’t exist" in answer.text
    assert "This workflow no longer exists." in answer.text


@pytest.mark.parametrize("op", ["equals", "not_equals", "in_list"])
def test_conditions_on_workflows_of_others_are_a_problem(app, bob, mallory, op):
    ours, theirs = active(app, bob.actor, "Ours"), active(app, mallory.actor)

    def activation(public_id):
        value = [ours, public_id] if op == "in_list" else public_id
        asked = {"any": [{"all": [rule("contact.in_workflow", op, value)]}]}
        forked = definition(email("hello"), branch("fork", path("x", "X", asked, email("more"))))
        forked["trigger"]["filters"] = asked
        return bob.post(f"/workflows/{draft(app, bob.actor, definition=forked)}/activation?confirmed=1")

    answer = activation(theirs)
    assert answer.status_code == 422
    assert answer.text.count("This workflow no longer exists.") >= 2
    assert "This workflow no longer exists." not in activation(ours).text


def test_each_activation_keeps_a_version_and_the_kept_one_never_changes(app, bob):  # W-02
    public_id = active(app, bob.actor)
    first = version_of(app, bob.actor, public_id)
    revision = found(app, bob.actor, public_id).revision
    with app.app_context():
        workflows.edit_step(bob.actor, public_id, "hello", {"subject": "Another"}, revision)
    assert version_of(app, bob.actor, public_id).definition == first.definition
    page = bob.get(f"/workflows/{public_id}").text
    assert "Changed since it was activated" in page and "People you add still get version 1" in page
    assert bob.post(f"/workflows/{public_id}/activation", {"confirmed": "1"}).status_code == 303
    second = version_of(app, bob.actor, public_id)
    assert (first.number, second.number) == (1, 2)
    assert second.definition["steps"][0]["config"]["subject"] == "Another"
    assert "Changed since it was activated" not in bob.get(f"/workflows/{public_id}").text


def test_pausing_and_activating_without_an_edit_makes_no_version(app, bob):
    public_id = active(app, bob.actor)
    kept = version_of(app, bob.actor, public_id)
    bob.post(f"/workflows/{public_id}/activation/removal")
    assert bob.post(f"/workflows/{public_id}/activation", {"confirmed": "1"}).status_code == 303
    assert found(app, bob.actor, public_id).status == "active"
    again = version_of(app, bob.actor, public_id)
    assert (again.id, again.number) == (kept.id, 1)
    assert ">1, since" in bob.get(f"/workflows/{public_id}").text


def test_a_second_click_activates_nothing_again(app, bob):
    public_id = active(app, bob.actor)
    assert bob.post(f"/workflows/{public_id}/activation").status_code == 303
    assert version_of(app, bob.actor, public_id).number == 1


def test_a_paused_workflow_takes_nobody(app, bob):
    public_id = active(app, bob.actor)
    with app.app_context():
        workflows.pause(bob.actor, public_id)
        with pytest.raises(Conflict) as refused:
            workflows.startable(bob.actor, public_id)
    assert refused.value.code == "WORKFLOW_NOT_ACTIVE"


def test_looking_changes_nothing(app, bob):
    public_id = draft(app, bob.actor)
    assert bob.get(f"/workflows/{public_id}/activation").status_code == 200
    assert bob.get(f"/workflows/{public_id}/archiving").status_code == 200
    assert bob.get(f"/workflows/{public_id}/copy").location == f"/workflows/{public_id}"
    assert found(app, bob.actor, public_id).revision == 1
