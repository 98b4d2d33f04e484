"""A filter is built, contacts are selected across pages and added to a workflow: with the mouse, with the
keyboard alone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.building import listening
from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


@pytest.fixture(scope="module")
def workflow(api: ApiUser) -> str:
    """The path of an active workflow."""
    return api.create_workflow("New lead welcome", "From the list")


def press_until(page: Page, name: str, role: str = "button", most: int = 80) -> None:
    """Tab until the control with this name has the focus, then press Enter."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if (
            focused.count()
            and focused.evaluate("e => (e.getAttribute('aria-label') || e.textContent).trim()") == name
        ):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no {role} {name} within {most} tabs")


def test_a_filter_counts_live_and_ticks_last_across_pages(
    chromium: Browser, workplace: Installation, workflow: str
) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/contacts")
        alice.link("Filter").click()
        listening(page.get_by_label("Condition 1: field")).select_option("contact.email_domain")
        listening(page.get_by_label("Condition 1: operator")).select_option("contains")
        page.get_by_label("Condition 1: value").press_sequentially("example")
        expect(page.locator("#filter-count")).to_have_text(re.compile(r"[\d,]+ contacts match"))
        expect(page.get_by_label("Condition 1: value")).to_be_focused()
        alice.check_page()
        alice.button("Show contacts").click()
        expect(page.locator(".filter-line")).to_contain_text("Email domain contains example")
        page.locator("input[name=contact]").first.check()
        alice.link("Next").click()
        page.locator("input[name=contact]").first.check()
        page.locator("input[name=contact]").nth(1).check()
        expect(page.locator("[data-selection-status]")).to_have_text("3 selected")
        alice.check_page()
        alice.button("Tag, export, or delete").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("3 selected contacts")
        alice.check_page()
        page.get_by_label("Tag to add").fill("chosen")
        alice.button("Add tag").click()
        alice.expect_text("Added the tag “chosen” to 3 contacts.")
        page.goto("/contacts?tag=chosen")
        expect(page.locator("tbody tr")).to_have_count(3)
        assert page.locator("input[name=contact]:checked").count() == 0
        page.get_by_label("Select all on this page").check()
        alice.button("Add to workflow").click()
        page.get_by_role("link", name="From the list").click()
        alice.check_page()
        alice.button("Check first").click()
        expect(page.locator("#forecast")).to_contain_text("will be added to From the list")
        alice.check_page()
        page.locator("#check .form-actions button").click()
        enrolling.wait_until_finished(alice)
        alice.expect_text("selected contacts" if "Adding" in page.inner_text("main") else "to From the list")
        alice.check_page()


def test_a_segment_with_the_keyboard_alone(chromium: Browser, workplace: Installation) -> None:
    with BrowserUser(chromium, workplace.url, width=360, theme="dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/contacts/filter")
        page.get_by_label("Condition 1: field").focus()
        page.keyboard.type("Status")
        expect(page.get_by_label("Condition 1: value")).to_have_js_property("tagName", "SELECT")
        page.get_by_label("Condition 1: value").focus()
        page.keyboard.type("Active")
        expect(page.locator("#filter-count")).to_contain_text("match")
        alice.check_page()
        press_until(page, "Save as segment")
        expect(page.get_by_role("heading", level=1)).to_have_text("New segment")
        page.get_by_role("textbox", name="Name").focus()
        page.keyboard.type("Reachable")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Reachable")
        alice.check_page()
        page.goto("/contacts/segments")
        alice.check_page()
        page.get_by_label("Edit Reachable").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Reachable")
        press_until(page, "Delete segment")
        page.keyboard.press("Tab")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Delete segment").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Segments")
        expect(page.get_by_label("Edit Reachable")).to_have_count(0)


def test_everything_without_javascript(plain: Page, workflow: str) -> None:
    plain.goto("/contacts/filter")
    plain.get_by_label("Condition 1: field").select_option("contact.status")
    plain.get_by_role("button", name="Update").click()
    plain.get_by_label("Condition 1: value").select_option("active")
    plain.get_by_role("button", name="Add condition").click()
    plain.get_by_label("Condition 2: value").fill("nobody has this")
    plain.get_by_label("Condition 2: operator").select_option("has_none")
    plain.get_by_role("button", name="Update").click()
    expect(plain.locator("#filter-count")).to_contain_text("contacts match.")
    plain.get_by_role("button", name="Save as segment").click()
    plain.get_by_label("Name").fill("Plainly active")
    plain.get_by_role("button", name="Save segment").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Plainly active")
    plain.get_by_role("link", name="Rename or delete").click()
    plain.get_by_role("textbox", name="Name").fill("Plainly renamed")
    plain.get_by_role("button", name="Save name").click()
    expect(plain.locator("main")).to_contain_text("Plainly renamed")
    plain.goto(f"{workflow}/enroll")
    plain.get_by_role("link", name="From a segment").click()
    plain.get_by_role("link", name="Plainly renamed").click()
    plain.locator("input[name=contact]").first.check()
    plain.get_by_role("button", name="Add selected contacts").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Add people to From the list")
    plain.goto(f"{workflow}/enroll")
    plain.get_by_role("link", name="Paste a list").click()
    plain.get_by_label("Email addresses, phone numbers, or contact IDs").fill("1, nobody@scene.example")
    plain.get_by_role("button", name="Find contacts").click()
    expect(plain.locator("main")).to_contain_text("1 contact found, 1 entry not used")
    plain.get_by_role("button", name="Continue with 1 contact").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Add people to From the list")
    plain.get_by_role("button", name="Start now").click()
    expect(plain).to_have_url(re.compile("/enrollments/[0-9a-f-]{36}"))
    plain.goto("/contacts/segments")
    plain.get_by_label("Edit Plainly renamed").click()
    plain.get_by_role("button", name="Delete segment").first.click()
    plain.locator("#delete-segment").get_by_role("button", name="Delete segment").click()
    expect(plain.locator("main")).to_contain_text("Segment deleted.")
