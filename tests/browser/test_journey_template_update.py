"""A workflow is updated from its template: with the keyboard, on a phone, without JavaScript, and back."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.template_work import workflow_behind
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def test_an_update_is_taken_with_the_keyboard_and_undone(
    chromium: Browser, workplace: Installation, api: ApiUser
) -> None:  # T-14, T-15
    path = workflow_behind(api, "Kept up to date", "Welcome home")
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(path)
        alice.expect_text("The template has a newer version")
        alice.check_page()
        alice.press(alice.link("Review changes"))
        alice.expect_text("2 changes, and 1 conflict with your edits")
        alice.check_page()
        for box in alice.page.get_by_role("checkbox").all():
            alice.press(box, " ")
        alice.press(alice.button("Apply"))
        alice.expect_text("Choose which one to keep.")
        expect(alice.page.get_by_role("checkbox").first).to_be_checked()
        alice.check_page()
        alice.press(alice.page.get_by_role("radio").nth(1), " ")
        alice.press(alice.button("Apply"))
        alice.expect_text("3 changes taken from the template.")
        alice.expect_text("Welcome on board")
        alice.check_page()
        alice.press(alice.button("Undo this update"))
        alice.expect_text("The update is undone")
        alice.expect_text("Welcome home")


def test_all_changes_are_taken_without_javascript(plain: Page, api: ApiUser) -> None:  # T-15
    path = workflow_behind(api, "Plainly updated")
    plain.goto(f"{path}/template-update")
    plain.get_by_role("button", name="Take all", exact=True).click()
    expect(plain.locator("main")).to_contain_text("3 changes taken from the template.")
    plain.goto("/workflows?q=Plainly")
    expect(plain.locator("main")).not_to_contain_text("Update available")
