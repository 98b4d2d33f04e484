"""A person is invited, joins, gets another role, and is removed (P-04)."""

import re

from playwright.sync_api import Browser, expect

from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

PASSWORD = "violet tractor sings at noon"


def test_from_the_invitation_to_the_removal(chromium: Browser, workplace: Installation) -> None:
    with BrowserUser(chromium, workplace.url) as alice, BrowserUser(chromium, workplace.url, 360) as nora:
        browsing.sign_in(alice.page)
        alice.page.goto("/settings/team")
        alice.link("Invite").click()
        alice.type(alice.page.get_by_label("Email address"), "nora@example.com")
        alice.press(alice.button("Create invitation link"))
        link = alice.page.get_by_label("Invitation link").input_value()
        alice.check_page()
        nora.page.goto(link)
        nora.type(nora.page.get_by_label("Your name"), "Nora Field")
        nora.type(nora.page.get_by_label("Password"), "password12")
        nora.page.keyboard.press("Enter")
        expect(nora.page.get_by_role("alert")).to_contain_text("list of leaked passwords")
        nora.check_page()
        nora.type(nora.page.get_by_label("Password"), PASSWORD)
        nora.page.keyboard.press("Enter")
        nora.expect_text("Welcome to Agency.")
        nora.page.goto("/workflows/new")
        expect(nora.page.get_by_role("heading", level=1)).not_to_contain_text("permission")
        alice.page.goto("/settings/team")
        alice.link("Manage Nora Field").click()
        alice.page.locator("[name=role][value=viewer]").check()
        alice.button("Save role").click()
        alice.expect_text("Nora Field is a viewer now.")
        nora.page.reload()
        expect(nora.page.get_by_role("heading", level=1)).to_have_text("You don’t have permission")
        nora.ignore_errors("status of 403")
        alice.link("Manage Nora Field").click()
        alice.button("Remove Nora Field").click()
        alice.check_page()
        alice.button("Remove", alice.page.get_by_role("dialog")).click()
        alice.expect_text("Nora Field was removed")
        nora.page.goto("/")
        expect(nora.page).to_have_url(re.compile("/sign-in"))
        nora.check_page()
