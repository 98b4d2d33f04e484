"""A workflow is saved as a template: Alice sees what will be replaced, and decides what is (T-09)."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.template_work import personal
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.unit.workflows.documents import step


def test_with_the_keyboard_on_a_phone(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    workflow = personal(api, "Plan for Hallvard")
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(workflow)
        alice.press(alice.link("Save as template"))
        expect(page.get_by_label("Template name")).to_have_value("Plan for Name")
        expect(page.locator("ins").filter(has_text="{{ contact.full_name }}").first).to_be_visible()
        alice.check_page()
        alice.type(page.get_by_label("Template name"), "Your plan")
        alice.type(page.get_by_label("Tags"), "plan, spring")
        kept = page.get_by_role("checkbox", name=re.compile("^Hallvard"))
        kept.first.focus()
        page.keyboard.press("Space")
        alice.press(alice.button("Save template"))
        expect(page.get_by_role("alert").first).to_contain_text("Keep them anyway?")
        alice.ignore_errors("status of 409")
        alice.check_page()
        page.get_by_role("checkbox", name=re.compile("^Hallvard"), checked=False).press("Space")
        alice.type(page.get_by_label("Word or phrase"), "Hall 7")
        alice.press(alice.button("Add"))
        expect(page.locator("ins").filter(has_text="[edit this]")).to_be_visible()
        alice.check_page()
        alice.press(alice.button("Save template"))
        alice.expect_text("“Your plan” is saved as a template.")
        main = page.locator("main")
        expect(main).not_to_contain_text("Hallvard")
        expect(main).not_to_contain_text("Hall 7")


def test_a_secret_in_every_window(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    hook = step("hook", "webhook", url="https://a.example/", fields={"api_key": "abcdef-123456"})
    workflow = personal(api, "Plan with a key", hook)
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(f"{workflow}/template")
        expect(alice.page.get_by_text("Remove this secret first")).to_be_visible()
        expect(alice.button("Save template")).to_have_count(0)
        alice.check_page()
        alice.page.get_by_role("link", name="Step 3, Call webhook").click()
        alice.expect_text("Call webhook")


def test_without_javascript(plain: Page, api: ApiUser) -> None:
    workflow = personal(api, "Plain plan")
    plain.goto(f"{workflow}/template")
    plain.get_by_label("Template name").fill("For Hallvard")
    plain.get_by_role("button", name="Save template").click()
    expect(plain.get_by_role("alert").first).to_contain_text("Review it, then save.")
    plain.get_by_role("button", name="Save template").click()
    expect(plain.get_by_text("“For Name” is saved as a template.")).to_be_visible()
