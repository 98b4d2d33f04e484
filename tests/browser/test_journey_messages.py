"""Alice reads what her workflows have sent, and decides about messages that may have gone out."""

from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.message_scenes import create_message
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def test_reading_a_message(chromium: Browser, workplace: Installation, app: Flask) -> None:
    create_message(app)
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.link("Messages").first.click()
        alice.check_everywhere(browsing.WINDOWS)
        alice.page.fill("main [name=q]", "spring offers")
        alice.button("Search").click()
        alice.link("Your spring offers are here").first.click()
        frame = alice.page.frame_locator("iframe")
        expect(frame.get_by_text("1 Quay Street")).to_be_visible()
        alice.check_everywhere(browsing.WINDOWS)


def test_deciding_about_uncertain_messages(
    chromium: Browser, workplace: Installation, app: Flask, plain: Page
) -> None:
    first, _ = create_message(app, state="uncertain", settled_at=None, answer="The connection was lost.")
    second, _ = create_message(app, state="uncertain", settled_at=None, answer="The connection was lost.")
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(f"/messages/{first}")
        alice.check_everywhere(browsing.WINDOWS)
        alice.press(alice.button("Count as sent"))
        alice.check_page()
        alice.press(alice.button("Count as sent", alice.page.locator("#count-as-sent")))
        alice.expect_text("1 message now counts as sent.")
    plain.goto("/messages?view=unclear")
    plain.get_by_role("button", name="Count as sent").first.click()
    plain.locator("#count-as-sent").get_by_role("button", name="Count as sent").click()
    expect(plain.get_by_text("1 message now counts as sent.")).to_be_visible()
    plain.goto(f"/messages/{second}")
    expect(plain.get_by_text("The mail server accepted it.")).to_be_visible()
