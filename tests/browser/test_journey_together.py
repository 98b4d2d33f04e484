"""What is saved elsewhere is shown to whoever has the workflow open, and no typed text is lost (W-01)."""

from playwright.sync_api import Browser, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.unit.workflows.documents import definition, email, wait

TYPED = "An hour of work"


def test_together(chromium: Browser, workplace: Installation, api: ApiUser) -> None:  # W-01
    workflow = api.create_workflow("New lead welcome", "Together")
    api.call("PATCH", workflow, {"definition": definition(email("hello"), wait("pause"))})
    with BrowserUser(chromium, workplace.url) as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(workflow)
        api.call("PATCH", workflow, {"definition": definition(email("hello"), wait("pause"), email("last"))})
        page.evaluate("htmx.trigger('#workflow-presence', 'every')")
        notice = page.locator("#workflow-presence")
        expect(notice).to_contain_text("You changed this workflow in another window at")
        alice.check_page()
        alice.link("Show the changes").click()
        expect(page.locator("#step-last")).to_be_visible()
        expect(notice).not_to_contain_text("changed")
        expect(page.get_by_role("heading", name="Steps")).to_be_focused()
        page.locator("#step-hello a.flow-card").click()
        sheet = page.locator("#sheet")
        sheet.get_by_label("Subject").fill(TYPED)
        api.call("PATCH", workflow, {"definition": definition(email("last"))})
        alice.button("Save", sheet).click()
        expect(sheet).to_contain_text("Not saved: deleted while you were editing")
        expect(sheet.get_by_label("Subject", exact=True)).to_have_value(TYPED)
        alice.ignore_errors("status of 409")
        alice.check_page()
        page.keyboard.press("Escape")
        expect(page.locator("#confirm")).to_contain_text("What you typed has not been saved.")
        alice.button("Discard changes").click()
        expect(sheet).to_be_hidden()
