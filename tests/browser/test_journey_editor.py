"""A workflow is built in the editor: with the keyboard alone on a phone, and without JavaScript (W-01)."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.building import act, add, create, focused, listening, save, titles
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def test_with_the_keyboard_on_a_phone(chromium: Browser, workplace: Installation) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        create(alice, "Built with keys")
        alice.press(alice.link("Add a step at the beginning"))
        expect(page.locator("#sheet").get_by_role("button", name=re.compile("^Send email"))).to_be_focused()
        alice.check_page()
        page.keyboard.press("Enter")
        alice.type(page.locator("#sheet").get_by_label("Subject"), "Welcome")
        alice.type(page.locator("#sheet").get_by_label("Text", exact=True), "Good to have you.")
        save(alice)
        add(alice, "Add a step after step 1", "Wait Continue after")
        expect(page.locator("#sheet").get_by_label("How long")).to_be_focused()
        page.keyboard.press("Escape")
        focused(page, "Wait 1 day")
        build_a_branch(alice)
        act(alice, "Step 4, Add tag", "Duplicate")
        expect(page.get_by_role("button", name="Actions for Step 5, Add tag")).to_be_visible()
        act(alice, "Step 2, Wait", "Move up")
        focused(page, "Wait 1 day")
        assert titles(page)[1:3] == ["Wait 1 day", "Send email"]
        page.keyboard.press("Control+z")
        expect(alice.link("Add a step after step 2")).to_be_visible()
        expect(page.locator(".flow-part :is(.flow-title, strong)").nth(1)).to_have_text("Send email")
        act(alice, "Step 3, Branch", "Delete…")
        alice.expect_text("Built with keys")
        expect(page.locator("#sheet")).to_contain_text("Keep the steps of “Opened it”")
        alice.check_page()
        page.locator("#sheet").get_by_label("Keep the steps of “Opened it”").press("Space")
        alice.press(page.locator("#sheet").get_by_role("button", name="Delete", exact=True))
        expect(page.locator("#sheet")).to_be_hidden()
        expect(page.locator(".flow-part")).to_have_count(5)
        page.keyboard.press("Control+z")
        expect(page.locator(".flow-fork")).to_be_visible()
        page.evaluate("scrollTo(0, 0)")  # nothing is below the bar on top
        alice.check_page()


def build_a_branch(alice: BrowserUser) -> None:
    page = alice.page
    add(alice, "Add a step after step 2", "Branch")
    alice.type(page.get_by_label("Name of path 1"), "Opened it")
    alice.check_page()
    alice.press(page.get_by_role("button", name="Add conditions of path 1"))
    listening(page.get_by_label("Condition 1: field")).select_option("event.email_opened")
    value = page.get_by_label("Condition 1: value")
    expect(value).to_have_js_property("tagName", "SELECT")
    alice.check_page()
    alice.type(value, "1. Welcome")
    alice.press(alice.button("Save"))
    alice.expect_text("Has opened “Welcome”")
    alice.press(alice.button("Save"))
    add(alice, "Add a step at the beginning of “Opened it”", "Add tag")
    alice.type(page.locator("#sheet").get_by_label("Tag"), "reader")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_hidden()


def test_without_javascript(plain: Page) -> None:
    plain.goto("/workflows/new")
    plain.get_by_label("Name").fill("Built plainly")
    plain.get_by_role("button", name="Create workflow").click()
    plain.get_by_role("link", name="Add a step at the beginning").click()
    plain.get_by_role("button", name=re.compile("^Wait until")).click()
    plain.get_by_label("Until").select_option("weekday")
    plain.get_by_role("button", name="Update").click()
    plain.get_by_label("Weekday").select_option("friday")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.locator("main")).to_contain_text("Wait until Friday")
    plain.get_by_role("button", name="Actions for Step 1, Wait until").click()
    plain.get_by_role("button", name="Duplicate").click()
    expect(plain.locator("main")).to_contain_text("Step duplicated.")
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator(".flow-timing")).to_have_count(1)
