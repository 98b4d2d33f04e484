"""A contact unsubscribes with the link in an email, on a phone or a computer, with and without JavaScript."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.message_scenes import create_message
from tests.services import browsing
from tests.services.installation import Installation


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser, workplace: Installation) -> Iterator[Page]:
    """A page of a contact's browser."""
    context = chromium.new_context(base_url=workplace.url, java_script_enabled=request.param)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


@pytest.fixture
def link(app: Flask) -> str:
    """The link in an email to somebody in a workflow of the sample data."""
    return f"/u/{create_message(app)[1]}"


def test_stopping_undoing_and_unsubscribing(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Unsubscribe")
    page.get_by_role("button", name="Stop these emails").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You won’t get more of these emails")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone: nothing has changed for you")

    page.goto(link)
    page.get_by_role("button", name="Unsubscribe from everything").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re unsubscribed")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re unsubscribed")
    expect(page.get_by_role("button")).to_have_count(0)


def test_all_states_are_accessible(chromium: Browser, workplace: Installation, link: str) -> None:
    context = browsing.window(chromium, workplace.url)
    page = context.new_page()
    for address in (link, f"/u/{'0' * 32}"):
        page.goto(address)
        assert browsing.problems_everywhere(page) == []
    page.goto(link)
    for button in ("Stop these emails", "Undo"):
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        assert browsing.problems_everywhere(page) == []
    page.goto(link)
    page.get_by_role("button", name="Unsubscribe from everything").click()
    page.wait_for_load_state()
    assert browsing.problems_everywhere(page) == []
    assert context.cookies() == []
    context.close()
