"""The texts of messages and the length of waits are changed on the workflow's page (T-04)."""

import re

import pytest

from tests.rooms.workflows.drafts import active, draft, found
from tests.unit.workflows.documents import branch, definition, email, step


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


def test_a_choice_without_a_value_shows_and_keeps_its_default(app, bob):
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/hello"
    shown = bob.get(page).text
    assert re.findall(r'<option selected value="(\w+)">', shown) == ["end"]
    sent = {"subject": "Hi {{ contact.first_name }}", "body": "Good to **have** you.", "revision": "1"}
    assert bob.post(page, sent | {"on_failure": "end"}).status_code == 303
    assert found(app, bob.actor, public_id).revision == 1
    for chosen, revision in (("continue", "1"), ("end", "2")):
        bob.post(page, sent | {"on_failure": chosen, "revision": revision})
        assert config_of(app, bob.actor, public_id, 0)["on_failure"] == chosen


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
    steps = definition(email("hello"), branch("ways"))
    public_id = draft(app, bob.actor, definition=steps)
    for step_id in ("ways", "trigger", "nothing"):
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


def hook_with(app, actor, fields: dict[str, str]) -> str:
    """A draft whose first step is a webhook with these fields; returns the page of the step."""
    steps = definition(step("hook", "webhook", url="https://example.com/hook", fields=fields))
    return f"/workflows/{draft(app, actor, definition=steps)}/steps/hook"


def rows_of(page: str) -> list[tuple[str, str]]:
    """The rows of a webhook's fields on its page, as (name, value)."""
    names = re.findall(r'name="fields-name" value="([^"]*)"', page)
    values = re.findall(r'name="fields-value"[^>]*>([^<]*)</textarea>', page)
    return list(zip(names, values, strict=True))


def sent_fields(*rows: tuple[str, str]) -> dict[str, object]:
    return {
        "url": "https://example.com/hook",
        "method": "POST",
        "on_failure": "continue",
        "revision": "1",
        "fields-name": [name for name, _ in rows],
        "fields-value": [value for _, value in rows],
    }


def test_the_fields_of_a_webhook_are_changed(app, bob):
    page = hook_with(app, bob.actor, {"plan": "gold"})
    form = bob.get(page).text
    assert rows_of(form) == [("plan", "gold"), ("", "")]
    assert "Merge tags" in form
    rows = [("plan", "silver"), (" name ", "Hi {{ contact.first_name }}"), ("", " ")]
    assert bob.post(page, sent_fields(*rows)).status_code == 303
    config = config_of(app, bob.actor, page.split("/")[2], 0)
    assert config["fields"] == {"plan": "silver", "name": "Hi {{ contact.first_name }}"}
    assert bob.post(page, sent_fields(("", "")) | {"revision": "2"}).status_code == 303
    assert "fields" not in config_of(app, bob.actor, page.split("/")[2], 0)


def test_rows_are_added_and_removed_by_buttons_of_the_form_and_nothing_is_saved(app, bob):
    page = hook_with(app, bob.actor, {})
    typed = sent_fields(("a", "1"), ("b", "2"))
    assert rows_of(bob.post(page, typed | {"add": "fields"}).text) == [("a", "1"), ("b", "2"), ("", "")]
    fewer = bob.post(page, typed | {"remove": "fields-0", "url": "https://typed.example"})
    assert (fewer.status_code, rows_of(fewer.text)) == (200, [("b", "2"), ("", "")])
    assert "https://typed.example" in fewer.text, "what else was typed stays"
    for odd in ("fields-9", "fields-x", "", f"fields-{10**30}"):
        assert rows_of(bob.post(page, typed | {"remove": odd, "add": "fields"}).text)[:1] == [("a", "1")]
    full = sent_fields(*((f"n{number}", "x") for number in range(30)))
    assert 'name="add"' not in bob.post(page, full | {"add": "fields"}).text, "no more than 30 fit"
    assert found(app, bob.actor, page.split("/")[2]).revision == 1


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("a", "1"), ("a", "2")], "“a” is used more than once."),
        ([("", "lost")], "Enter a name for each value."),
        ([("a b", "1")], "“a b” isn’t a valid name."),
        ([("a", "{{ contact.frist_name }}")], "“a”: "),
        ([("a", "x" * 501)], "use at most 500 characters; this has 501."),
        ([(f"n{number}", "1") for number in range(31)], "Use at most 30 entries."),
    ],
)
def test_fields_that_cannot_be_sent_are_refused_and_stay_typed(app, bob, rows, sentence):
    page = hook_with(app, bob.actor, {})
    answer = bob.post(page, sent_fields(*rows))
    assert answer.status_code == 422 and sentence in answer.text
    assert rows_of(answer.text)[: len(rows)] == rows
    assert found(app, bob.actor, page.split("/")[2]).revision == 1


def test_who_saves_a_webhook_without_its_fields_or_later_loses_none(app, alice, bob):
    page = hook_with(app, bob.actor, {"plan": "gold"})
    without = {name: value for name, value in sent_fields().items() if not name.startswith("fields")}
    assert bob.post(page, without).status_code == 303
    assert config_of(app, bob.actor, page.split("/")[2], 0)["fields"] == {"plan": "gold"}
    alice.post(
        page,
        sent_fields(("plan", "hers")) | {"revision": str(found(app, bob.actor, page.split("/")[2]).revision)},
    )
    late = bob.post(page, sent_fields(("plan", "<b>his</b>")))
    assert late.status_code == 409
    assert "plan: hers" in late.text and "&lt;b&gt;his&lt;/b&gt;" in late.text and "<b>his" not in late.text
