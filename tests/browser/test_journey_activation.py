"""Activating a workflow that lacks something: it says what, leads there, and asks before it goes on."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.accounts.application import terminal_actor
from tests.rooms.workflows.drafts import draft
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.unit.workflows.documents import definition, email

TEMPLATE = "Review after the appointment"


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_an_activation_says_what_is_missing(
    chromium: Browser, workplace: Installation, width: int, theme: str
) -> None:
    name = f"Reviews at {width}"
    with BrowserUser(chromium, workplace.url, width, theme) as alice:
        browsing.sign_in(alice.page)
        make_a_workflow(alice, name)
        alice.expect_text("No message in this workflow is live")
        alice.check_page()
        alice.button("Activate").click()
        expect(alice.page).to_have_url(re.compile("/activation$"))
        expect(alice.page.get_by_role("alert")).to_contain_text("No message in this workflow is live")
        alice.check_page()
        alice.link("Open the step").first.click()
        alice.expect_text("This step is off")
        alice.check_page()
        alice.button("Save and switch on").click()
        alice.expect_text("Saved")
        alice.check_page()
        alice.button("Activate").click()
        alice.check_page()
        alice.button("Activate anyway").click()
        alice.expect_text(f"“{name}” is active.")
        alice.check_page()


def make_a_workflow(alice: BrowserUser, name: str) -> None:
    alice.page.goto("/templates?category=review_request")
    alice.link(f"Use template {TEMPLATE}").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_label("Workflow name").fill(name)
    dialog.locator("button[name=switch_off]").click()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text(name)


def test_fields_that_a_workflow_needs_are_created(
    chromium: Browser, workplace: Installation, app: Flask, plain: Page
) -> None:
    """With the keyboard, and without JavaScript."""
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(draft_with(app, "room_key"))
        create = alice.button("Create contact field: Room key")
        alice.check_page()
        alice.press(create)
        alice.expect_text("Contact field created: Room key.")
        expect(create).to_have_count(0)
    plain.goto(draft_with(app, "room_floor"))
    plain.get_by_role("button", name="Create contact field: Room floor").click()
    expect(plain.locator("main")).to_contain_text("Contact field created: Room floor.")


def draft_with(app: Flask, field: str) -> str:
    """The path of a draft with a message that needs a contact field."""
    with app.app_context():
        alice = terminal_actor(None)
    message = email("hello", "Hi", f"Your room: {{{{ contact.custom.{field} }}}}")
    return f"/workflows/{draft(app, alice, f'Needs {field}', definition=definition(message))}"
