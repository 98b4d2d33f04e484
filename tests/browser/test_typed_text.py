"""Typed text is never lost without a question: not by Escape, not by a click beside a dialog, not by Back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Locator, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

TYPED = "Typed with care"


@pytest.fixture(scope="module")
def workflow(api: ApiUser) -> str:
    return api.create_workflow("New lead welcome", "Typed text")


@pytest.fixture
def alice(chromium: Browser, workplace: Installation, workflow: str) -> Iterator[BrowserUser]:
    """Alice on the page of an active workflow."""
    with BrowserUser(chromium, workplace.url) as visitor:
        browsing.sign_in(visitor.page)
        visitor.page.goto(workflow)
        yield visitor


def open_a_message(alice: BrowserUser) -> tuple[Locator, Locator]:
    """The wide dialog with an email in it, and the field of its subject."""
    alice.page.locator(".flow-step a.flow-card").first.click()
    sheet = alice.page.locator("#sheet")
    return sheet, sheet.get_by_label("Subject")


def test_escape_asks_before_it_discards(alice: BrowserUser) -> None:
    sheet, subject = open_a_message(alice)
    subject.fill(TYPED)
    question = alice.page.locator("#confirm")
    alice.page.keyboard.press("Escape")
    expect(question).to_contain_text("What you typed has not been saved.")
    alice.check_page()
    alice.page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(sheet).to_be_visible()
    expect(subject).to_have_value(TYPED)
    alice.page.mouse.click(5, 5)
    expect(question).to_be_visible()
    question.get_by_role("button").first.click()
    sheet.get_by_role("button", name="Close").click()
    expect(question).to_be_visible()
    alice.button("Discard changes", question).click()
    expect(sheet).to_be_hidden()
    alice.page.reload()
    alice.expect_text("Typed text")


def test_without_a_change_nothing_is_asked(alice: BrowserUser) -> None:
    sheet, subject = open_a_message(alice)
    expect(subject).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(alice.page.locator("#confirm")).to_be_hidden()


def test_leaving_a_page_with_typed_text_asks(alice: BrowserUser) -> None:
    alice.link("Edit").click()
    alice.page.get_by_label("Description").fill(TYPED)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    alice.page.on("dialog", stay)
    with alice.page.expect_event("dialog"):
        alice.link("Contacts").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(alice.page).to_have_url(re.compile("/edit$"))
    expect(alice.page.get_by_label("Description")).to_have_value(TYPED)
    alice.page.get_by_label("Description").evaluate("field => { field.value = field.defaultValue; }")
    alice.link("Contacts").first.click()
    expect(alice.page).to_have_url(re.compile("/contacts$"))
    assert asked == ["beforeunload"]


def test_saving_asks_nothing(alice: BrowserUser) -> None:
    alice.link("Edit").click()
    description = alice.page.get_by_label("Description")
    description.fill(f"{description.input_value()} {TYPED}")
    asked: list[str] = []
    alice.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    alice.button("Save").click()
    alice.expect_text(TYPED)
    assert asked == []
