"""Activating a workflow that lacks something: it says what, leads there, and asks before it goes on."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.services import browsing
from tests.services.installation import Installation
from tests.services.visitor import Visitor

TEMPLATE = "Review after the appointment"


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_an_activation_says_what_is_missing(
    chromium: Browser, workplace: Installation, width: int, theme: str
) -> None:
    name = f"Reviews at {width}"
    with Visitor(chromium, workplace.url, width, theme) as alice:
        browsing.sign_in(alice.page)
        make_a_workflow(alice, name)
        alice.read("No message in this workflow is live")
        alice.look()
        alice.button("Activate").click()
        expect(alice.page).to_have_url(re.compile("/activation$"))
        expect(alice.page.get_by_role("alert")).to_contain_text("No message in this workflow is live")
        alice.look()
        alice.link("Open the step").first.click()
        alice.read("This step is off")
        alice.look()
        alice.button("Save and switch on").click()
        alice.read("Saved")
        alice.look()
        alice.button("Activate").click()
        alice.look()
        alice.button("Activate anyway").click()
        alice.read(f"“{name}” is active.")
        alice.look()


def make_a_workflow(alice: Visitor, name: str) -> None:
    alice.page.goto("/templates?category=review_request")
    alice.link(f"Use template {TEMPLATE}").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_label("Workflow name").fill(name)
    dialog.locator("button[name=switch_off]").click()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text(name)
