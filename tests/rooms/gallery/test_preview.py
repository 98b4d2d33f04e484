"""Looking into a template before anything is made of it."""

import pytest
from flask import Flask

from tests.people import Person
from tests.rooms.gallery.shelf import add_template, connect, definition, system_id

SHEET = {"HX-Target": "div#sheet-body"}
MESSAGE = {"HX-Target": "aside#message"}


def test_a_preview_shows_the_whole_workflow(app: Flask, bob: Person) -> None:  # T-02, T-07
    page = bob.get(f"/templates/{system_id(app, 'new-lead-welcome')}").text
    for words in (
        "New lead welcome",
        "When the tag “new-lead” is added",
        "does not have the tag “customer”",
        "What it&#39;s like to work with us",
        "Wait 2 days",
        "Clicked a link",
        "Everyone else",
        "What made you get in touch?",
        "Gets the tag “customer”",
        "14 days",
        "Nothing to connect",
        "Clicked through to the website from the welcome emails.",  # the notes of a task, in the list
    ):
        assert words in page, words


def test_integrations_are_marked_connected_or_not(app: Flask, bob: Person) -> None:  # T-02
    address = f"/templates/{system_id(app, 'checkup-recall')}"
    connect(app, bob.actor, "calendar")
    page = bob.get(address).text
    assert "Email connected" in page
    assert "Calendar connected" in page
    assert "SMS not connected" in page


def test_a_message_is_shown_with_a_sample_contact_and_its_merge_tags(app: Flask, bob: Person) -> None:  # T-07
    public_id = system_id(app, "new-lead-welcome")
    page = bob.get(f"/templates/{public_id}/steps/welcome").text
    for words in (
        "Nice to meet you, Nora",
        "<p>Hi Nora,</p>",
        'href="https://www.example.com"',
        "{{ contact.first_name }}",
        "First name",
        "1 of 5",
    ):
        assert words in page, words
    assert "<dd>Nice to meet you, [First name]</dd>" in page


def test_a_text_message_is_shown(app: Flask, bob: Person) -> None:  # T-07
    page = bob.get(f"/templates/{system_id(app, 'checkup-recall')}/steps/text-reminder").text
    assert "SMS · Step 6" in page
    assert "Harbor Studio: you&#39;re due for a checkup." in page


def test_dates_of_own_fields_are_shown_as_dates(app: Flask, bob: Person) -> None:  # T-07
    page = bob.get(f"/templates/{system_id(app, 'clinic-visit-reminder')}").text
    assert "Your visit on Thursday: please confirm" in page


def test_the_dialog_gets_the_inside_and_a_click_one_message(app: Flask, bob: Person) -> None:  # T-07
    address = f"/templates/{system_id(app, 'new-lead-welcome')}"
    sheet = bob.htmx("get", address, headers=SHEET).text
    assert sheet.lstrip().startswith('<div class="sheet"')
    assert "Wait 2 days" in sheet
    message = bob.htmx("get", f"{address}/steps/open-question", headers=MESSAGE).text
    assert "<html" not in message
    assert "Wait 2 days" not in message
    assert "What made you get in touch?" in message
    assert "data-focus" in message


def test_a_template_without_messages_has_a_preview(app: Flask, bob: Person) -> None:  # T-07
    tag = {"id": "t", "type": "add_tag", "config": {"tag": "seen"}}
    public_id = add_template(app, bob.actor, "Quiet work", definition(tag))
    assert "sends no messages" in bob.get(f"/templates/{public_id}").text


def test_a_step_that_is_off_is_told(app: Flask, bob: Person) -> None:  # T-07
    hello = {"id": "hello", "type": "send_email", "enabled": False, "config": {"subject": "Hi", "body": "Hi"}}
    tag = {"id": "t", "type": "add_tag", "config": {"tag": "seen"}}
    public_id = add_template(app, bob.actor, "Half", definition(hello, tag))
    assert "Switched off" in bob.get(f"/templates/{public_id}/steps/hello").text


@pytest.mark.parametrize("step", ["nonsense", "two-days", "<script>"])
def test_a_step_that_has_no_message_is_not_found(app: Flask, bob: Person, step: str) -> None:
    assert bob.get(f"/templates/{system_id(app, 'new-lead-welcome')}/steps/{step}").status_code == 404


def test_a_message_cannot_bring_markup_along(app: Flask, bob: Person) -> None:  # T-07
    step = {
        "id": "hello",
        "type": "send_email",
        "config": {"subject": "<b>Hi</b>", "body": "<script>alert(1)</script> [x](javascript:alert(1))"},
    }
    public_id = add_template(app, bob.actor, "Mean", definition(step))
    page = bob.get(f"/templates/{public_id}").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<b>Hi</b>" not in page


def test_who_may_only_look_may_look(app: Flask, vera: Person) -> None:
    page = vera.get(f"/templates/{system_id(app, 'new-lead-welcome')}")
    assert page.status_code == 200
    assert "Use template" not in page.text


def test_every_email_shows_who_sends_it_and_how_to_unsubscribe(app: Flask, bob: Person) -> None:  # T-07
    """Also where the text has no such link of its own; a text message says STOP."""
    for key, step in (
        ("new-lead-welcome", "last-note"),
        ("quiet-subscribers", "stay-or-go"),
        ("seasonal-sale", ""),
    ):
        page = bob.get(f"/templates/{system_id(app, key)}" + (f"/steps/{step}" if step else "")).text
        assert '<span class="message-unsubscribe">Unsubscribe</span>' in page
        assert "Harbor Studio<br>1 Quay Street<br>Bristol BS1 4DJ<br>" in page
    text = bob.get(f"/templates/{system_id(app, 'checkup-recall')}/steps/text-reminder").text
    assert "Reply STOP to opt out." in text
    assert "message-unsubscribe" not in text
