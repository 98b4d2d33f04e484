"""Everything is found and opened with the keyboard; workflows are duplicated and deleted from their list."""

from playwright.sync_api import Browser, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def test_with_the_keyboard(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    workflow = api.create_workflow("New lead welcome", "Zebra leads")
    with BrowserUser(chromium, workplace.url) as alice:
        page, keys = alice.page, alice.page.keyboard
        browsing.sign_in(page)
        palette, field = page.locator("#palette"), page.get_by_role("combobox", name="Search or go to")
        chosen = palette.locator("[aria-selected=true]")

        page.goto("/templates")
        keys.press("Control+k")
        expect(field).to_be_focused()
        expect(palette.get_by_role("option", name="Create workflow")).to_be_visible()
        alice.check_page()
        keys.type("zebra")
        keys.press("Enter")  # before the results are there
        page.wait_for_url(f"**{workflow}")

        page.locator("main").focus()
        keys.press("/")
        keys.type("sett em")
        expect(chosen).to_have_text("Settings > Email")
        expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
        keys.press("ArrowDown")
        expect(chosen).not_to_have_text("Settings > Email")
        keys.press("ArrowUp")
        keys.press("Enter")
        page.wait_for_url("**/settings/email")

        page.locator("main").focus()
        keys.press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        alice.check_page()
        keys.press("Escape")
        keys.press("g")
        keys.press("w")
        page.wait_for_url("**/workflows")
        page.locator("#workflow-search").focus()
        keys.type("/?gc")
        expect(palette).to_be_hidden()
        expect(page.locator("#workflow-search")).to_have_value("/?gc")

        page.goto("/settings/profile")
        page.get_by_label("Shortcuts of a single key").uncheck()
        page.goto("/workflows?q=zebra")
        page.locator("main").focus()
        keys.press("/")
        keys.press("n")
        expect(palette).to_be_hidden()
        keys.press("Control+k")
        expect(palette).to_be_visible()
        keys.press("Escape")

        alice.press(alice.button("Actions for Zebra leads"))
        alice.check_page()
        alice.press(alice.button("Duplicate"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Zebra leads (copy)")
        alice.press(alice.button("More actions"))
        alice.press(alice.link("Delete…"))
        alice.check_page()
        alice.press(alice.button("Delete workflow"))
        alice.expect_text("“Zebra leads (copy)” is deleted.")
