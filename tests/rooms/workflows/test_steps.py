"""The texts of messages and the length of waits are changed on the workflow's page (T-04)."""

import pytest

from tests.rooms.workflows.drafts import active, draft, found
from tests.unit.workflows.documents import definition, email, step


def config_of(app, actor, public_id, at):
    return found(app, actor, public_id).definition["steps"][at]["config"]


def test_an_email_is_changed_and_its_merge_tags_survive(app, bob):
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/hello"
    form = bob.get(page).text
    assert "Hi {{ contact.first_name }}" in form and "Good to **have** you." in form
    sent = {
        "subject": 'Welcome, {{ contact.first_name | default: "friend" }}',
        "preheader": "Two lines",
        "body": "Dear {{ contact.first_name }},\r\n\r\nthank you.",
        "revision": "1",
    }
    answer = bob.post(page, sent)
    assert answer.status_code == 303
    assert answer.location == f"/workflows/{public_id}?step=hello&revision=2#step-hello"
    assert config_of(app, bob.actor, public_id, 0) == {
        "subject": 'Welcome, {{ contact.first_name | default: "friend" }}',
        "preheader": "Two lines",
        "body": "Dear {{ contact.first_name }},\n\nthank you.",
    }
    assert "Saved" in bob.get(answer.location).text


def test_a_wait_is_changed(app, bob):
    public_id = draft(app, bob.actor)
    assert bob.post(f"/workflows/{public_id}/steps/pause", {"amount": "3", "unit": "weeks", "revision": "1"})
    assert config_of(app, bob.actor, public_id, 1) == {"amount": 3, "unit": "weeks"}


@pytest.mark.parametrize(
    ("step_id", "typed", "sentence"),
    [
        (
            "hello",
            {"subject": "Hi {{ contact.frist_name }}", "body": "x"},
            "The merge tag {{ contact.fr",
        ),
        ("hello", {"subject": "", "body": "x"}, "Subject is missing."),
        ("hello", {"subject": "Hi", "body": "Hi {{ contact.first_name"}, "isn’t closed"),
        (
            "hello",
            {"subject": "Hi", "body": "{{ contact.custom.plan }}"},
            "The custom field “plan” doesn’t exist",
        ),
        ("short", {"text": "x" * 1001}, "Use at most 1,000 characters; this has 1,001."),
        ("pause", {"amount": "two", "unit": "days"}, "Enter a whole number."),
        ("pause", {"amount": "-1", "unit": "days"}, "Enter a whole number."),
        ("pause", {"amount": "53", "unit": "weeks"}, "Choose at most one year."),
        ("pause", {"amount": "2", "unit": "fortnights"}, "“fortnights” isn’t one of"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(app, bob, step_id, typed, sentence):
    public_id = draft(app, bob.actor)
    answer = bob.post(f"/workflows/{public_id}/steps/{step_id}", typed | {"revision": "1"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text and 'id="error-summary"' in answer.text
    for name, value in typed.items():
        if value and name != "unit":
            assert value in answer.text
    assert found(app, bob.actor, public_id).revision == 1


def test_who_was_slower_is_told_and_keeps_what_was_typed(app, alice, bob):
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/hello"
    alice.post(page, {"subject": "Alice's", "body": "Her text", "revision": "1"})
    answer = bob.post(page, {"subject": "Bob's", "body": "His text", "revision": "1"})
    assert answer.status_code == 409
    assert "someone else changed this workflow" in answer.text
    assert "His text" in answer.text and "Her text" in answer.text
    assert config_of(app, bob.actor, public_id, 0)["subject"] == "Alice's"
    assert 'name="revision" type="hidden" value="2"' in answer.text
    assert bob.post(page, {"subject": "Bob's", "body": "His text", "revision": "2"}).status_code == 303
    assert config_of(app, bob.actor, public_id, 0)["subject"] == "Bob's"


def test_saving_without_a_change_is_no_change(app, bob):
    public_id = draft(app, bob.actor)
    sent = {"subject": "Hi {{ contact.first_name }}", "preheader": "", "body": "Good to **have** you."}
    assert bob.post(f"/workflows/{public_id}/steps/hello", sent | {"revision": "1"}).status_code == 303
    assert found(app, bob.actor, public_id).revision == 1


def test_characters_that_cannot_be_kept_are_left_out(app, bob):
    public_id = draft(app, bob.actor)
    sent = {"subject": "Hi\0 there", "body": "A\0B 🎉", "revision": "1"}
    assert bob.post(f"/workflows/{public_id}/steps/hello", sent).status_code == 303
    assert config_of(app, bob.actor, public_id, 0) == {"subject": "Hi there", "body": "AB 🎉"}


def test_the_preview_shows_the_message_as_it_is_typed_and_keeps_nothing(app, bob):
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/hello/preview"
    sent = {"subject": "For {{ contact.first_name }}", "body": "**{{ account.name }}** <script>x</script>"}
    shown = bob.htmx("post", page, data=sent).text
    assert 'id="message-preview"' in shown
    assert "For Nora" in shown and "<strong>Agency</strong>" in shown and "<script>" not in shown
    assert "doesn’t exist" in bob.htmx("post", page, data={"subject": "{{ nobody }}"}).text
    assert found(app, bob.actor, public_id).revision == 1


def test_an_sms_is_counted_as_it_is_sent(app, bob):
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/short/preview"
    assert "160 characters, 1 SMS" in bob.htmx("post", page, data={"text": "x" * 160}).text
    assert "161 characters, 2 SMS" in bob.htmx("post", page, data={"text": "x" * 161}).text
    assert "as 2 SMS to each contact" in bob.htmx("post", page, data={"text": "x" * 161}).text
    assert "only 70 characters fit" in bob.htmx("post", page, data={"text": "Hi 🎉"}).text


def test_in_the_dialog_the_form_comes_alone_and_saving_leads_back(app, bob):
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/pause"
    target = {"HX-Target": "div#sheet-body"}
    assert "<html" not in bob.htmx("get", page, headers=target).text
    wrong = bob.htmx("post", page, headers=target, data={"amount": "", "unit": "days", "revision": "1"})
    assert wrong.status_code == 422 and "<html" not in wrong.text
    sent = {"amount": "5", "unit": "days", "revision": "1"}
    saved = bob.htmx("post", page, headers=target, data=sent)
    address = f"/workflows/{public_id}?step=pause&revision=2"
    assert (saved.status_code, saved.headers["HX-Redirect"]) == (204, address)
    again = bob.htmx(
        "post",
        page,
        headers=target | {"HX-Current-URL": f"http://localhost{address}"},
        data=sent | {"revision": "2"},
    )
    assert again.headers["HX-Refresh"] == "true"


def test_other_steps_and_unknown_ones_have_nothing_to_open(app, bob):
    steps = definition(email("hello"), step("tag", "add_tag", tag="x"))
    public_id = draft(app, bob.actor, definition=steps)
    for step_id in ("tag", "trigger", "nothing"):
        assert bob.get(f"/workflows/{public_id}/steps/{step_id}").status_code == 404
        assert bob.post(f"/workflows/{public_id}/steps/{step_id}", {"revision": "1"}).status_code == 404
        assert bob.post(f"/workflows/{public_id}/steps/{step_id}/preview").status_code == 404
    assert bob.post(f"/workflows/{draft(app, bob.actor)}/steps/pause/preview").status_code == 404


def test_an_archived_workflow_stays_as_it_is(app, bob):
    public_id = active(app, bob.actor)
    bob.post(f"/workflows/{public_id}/activation/removal")
    bob.post(f"/workflows/{public_id}/archiving")
    page = f"/workflows/{public_id}/steps/hello"
    assert "step-form" not in bob.get(page).text
    assert bob.post(page, {"subject": "x", "body": "y", "revision": "9"}).status_code == 409
