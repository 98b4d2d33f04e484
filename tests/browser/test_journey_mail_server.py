"""Connecting a mail server and testing it (E-12, E-13): with the keyboard only, and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.mail_server import MailServer

PAGE = "/settings/email"


@pytest.fixture(autouse=True)
def nothing_stays(plain: Page) -> Iterator[None]:
    """Other tests need emails to be kept, and leave a mail server behind."""
    _disconnect(plain)
    yield
    _disconnect(plain)


def _disconnect(plain: Page) -> None:
    plain.goto(PAGE)
    while (sender := plain.locator("main tbody a")).count():
        sender.first.click()
        _confirm(plain, "Remove sender")
    if plain.get_by_role("button", name="Disconnect").count():
        _confirm(plain, "Disconnect")


def _confirm(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def test_with_the_keyboard(chromium: Browser, workplace: Installation, mails: MailServer) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto("/settings/integrations")
        alice.press(alice.link("Connect a mail server"))
        form = alice.page.locator("#server-form")
        alice.type(form.get_by_label("Server"), "127.0.0.1")
        form.get_by_label("Encryption").select_option("none")
        form.get_by_label("Port").fill("")
        alice.type(form.get_by_label("Port"), str(mails.port))
        alice.press(alice.button("Connect"))
        alice.expect_text("Add a sender")
        sender = alice.page.locator("#sender-form")
        alice.type(sender.get_by_label("Name"), "Agency News")
        alice.type(sender.get_by_label("Email address"), "news@example.com")
        alice.press(alice.button("Add sender"))
        before = len(mails.received)
        alice.press(alice.button("Send a test email"))
        answer = alice.page.locator("#mail-test-answer")
        expect(answer).to_contain_text("accepted the email for alice@example.com: 250 Kept")
        assert mails.received[before]["From"] == "Agency News <news@example.com>"
        mails.refusal = "550 No such user"
        try:
            alice.press(alice.button("Send a test email"))
            expect(answer).to_contain_text("refused the recipient: 550 No such user")
        finally:
            mails.refusal = ""
        assert alice.page.locator("#mail-test").count() == 1, "the answer replaces the part"


def test_without_scripts(plain: Page, mails: MailServer) -> None:
    plain.goto(PAGE)
    form = plain.locator("#server-form")
    form.get_by_label("Server").fill("https://example.com")
    form.get_by_role("button", name="Connect").click()
    expect(plain.locator("#host-error")).to_be_visible()
    assert form.get_by_label("Server").input_value() == "https://example.com"
    form.get_by_label("Server").fill("127.0.0.1")
    form.get_by_label("Encryption").select_option("none")
    form.get_by_label("Port").fill(str(mails.port))
    form.get_by_role("button", name="Connect").click()
    sender = plain.locator("#sender-form")
    sender.get_by_label("Name").fill("Agency News")
    sender.get_by_label("Email address").fill("news@example.com")
    sender.get_by_role("button", name="Add sender").click()
    plain.get_by_role("button", name="Send a test email").click()
    expect(plain.locator("#mail-test-answer")).to_contain_text("250 Kept")
