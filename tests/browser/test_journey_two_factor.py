"""Two-factor authentication: turn it on, sign in with a code, then with a recovery code (P-02)."""

import re
import time
from pathlib import Path

from flask import Flask
from passlib.totp import TOTP
from playwright.sync_api import Browser, expect

from app.accounts.domain import Role
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.users import add_user


def test_a_second_factor_protects_signing_in(
    chromium: Browser, workplace: Installation, app: Flask, tmp_path: Path
) -> None:
    mira = add_user(app, "Mira", Role.MARKETER)
    with BrowserUser(chromium, workplace.url) as user:
        user.page.goto("/sign-in")
        browsing.submit_credentials(user.page, mira)
        user.page.goto("/settings/security")
        user.link("Turn on").click()
        secret = user.page.locator(".qr-key").inner_text().replace(" ", "")
        code = user.page.get_by_label("Code", exact=True)
        user.type(code, "000000")
        user.page.keyboard.press("Enter")
        expect(user.page.get_by_role("alert")).to_contain_text("This code isn’t right")
        user.ignore_errors("status of 422")
        user.check_page()
        user.type(code, _code(secret, -1))
        user.page.keyboard.press("Enter")
        expect(user.page.get_by_role("heading", name="Two-factor authentication is on")).to_be_visible()
        user.check_page()
        saved = user.download(user.link("Download"), tmp_path).read_text()
        recovery = re.findall(r"^\w{4}(?:-\w{4}){3}$", saved, re.MULTILINE)
        assert len(recovery) == 10
        user.link("I’ve saved them").click()
        user.expect_text("10 of 10 recovery codes left")
        user.check_page()

        for typed in (_code(secret), recovery[0]):
            user.page.context.clear_cookies()
            user.page.goto("/contacts")
            browsing.submit_credentials(user.page, mira)
            expect(user.page.get_by_role("heading", level=1)).to_have_text("Enter your code")
            if typed in recovery:
                user.link("Use a recovery code").click()
            user.check_page()
            user.type(code, typed)
            user.page.keyboard.press("Enter")
            expect(user.page).to_have_url(f"{workplace.url}/contacts")
        user.page.goto("/settings/security")
        user.expect_text("9 of 10 recovery codes left")


def _code(secret: str, periods: int = 0) -> str:
    """The code that an app shows, or one of so many periods of 30 seconds later."""
    return str(TOTP(key=secret).generate(time.time() + periods * 30).token)
