"""What stays after a job: notification, email and webhook, its report, and the history (B-12, B-16). With the
keyboard only, and without JavaScript."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.mail_server import MailServer
from tests.services.receiver import Receiver

PEOPLE = [f"told.{at}@example.com" for at in range(4)]


@pytest.fixture(scope="module")
def workflow(api: ApiUser) -> str:
    """The path of an active workflow."""
    return api.create_workflow("New lead welcome", "Reported")


@pytest.fixture(autouse=True)
def no_webhook(plain: Page) -> None:
    """Remove a webhook that another test has set up."""
    plain.goto("/settings/webhook")
    if plain.get_by_role("button", name="Send test").count():
        remove_webhook(plain)


def remove_webhook(plain: Page) -> None:
    plain.get_by_role("button", name="Remove webhook").first.click()
    plain.locator("#removal-dialog").get_by_role("button", name="Remove webhook").click()
    expect(plain.get_by_role("button", name="Send test")).to_have_count(0)


def until(is_so: Callable[[], bool]) -> None:
    """Wait up to 30 seconds for what another process does."""
    give_up = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def is_signed(request_headers: dict[str, str], body: bytes, secret: str) -> bool:
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request_headers["Muster-Signature"])
    assert found
    signed = hmac.new(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signed, found[2])


def test_with_the_keyboard(
    chromium: Browser, workplace: Installation, api: ApiUser, workflow: str, mails: MailServer, hook: Receiver
) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/settings/webhook")
        alice.type(page.get_by_label("Address"), f"{hook.url}/keyboard")
        page.keyboard.press("Enter")
        secret = page.locator("#webhook-secret").inner_text()
        alice.check_page()
        alice.press(alice.button("Replace secret"))
        alice.press(alice.button("Replace secret", page.get_by_role("dialog")))
        expect(page.locator("#webhook-secret")).not_to_have_text(secret)
        secret = page.locator("#webhook-secret").inner_text()
        alice.press(alice.button("Send test"))
        expect(page.locator("#webhook-calls")).to_contain_text("200 in")
        alice.check_page()
        sent = next(one for one in hook.received if one.path == "/keyboard")
        assert is_signed(sent.headers, sent.body, secret)

        job = api.add(workflow, PEOPLE, notify_email="bob@example.com")
        api.wait(job)
        api.wait(api.add(workflow, ["second.told@example.com"]))
        until(lambda: any(mail["To"] == "bob@example.com" for mail in mails.received))
        until(lambda: any(job in one.body.decode() for one in hook.received))
        page.goto("/")
        alice.press(page.locator("#bell"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")
        alice.check_page()
        unread = page.locator(".notice.is-unread")
        before = unread.count()
        alice.press(alice.button("Mark as read").first)
        expect(unread).to_have_count(before - 1)
        alice.press(alice.button("Mark all as read"))
        expect(unread).to_have_count(0)
        alice.press(page.locator(".notice a").nth(1))
        assert page.url.endswith(f"/enrollments/{job}")
        alice.expect_text("4 people were added to Reported.")
        alice.expect_text("bob@example.com")

        page.add_init_script("window.print = () => { document.title = 'printed'; }")
        alice.press(alice.link("Report"))
        expect(page.locator(".report-outcomes")).to_contain_text("ENROLLED")
        alice.press(alice.button("Print"))
        expect(page).to_have_title("printed")
        alice.check_page()
        page.emulate_media(media="print")
        expect(page.locator(".rail")).to_be_hidden()
        expect(alice.button("Print")).to_be_hidden()
        expect(page.locator(".report-outcomes")).to_be_visible()
        page.emulate_media(media="screen")

        page.goto("/enrollments")
        alice.expect_text("Enrollments are kept for 90 days after they finish.")
        alice.type(page.get_by_label("From", exact=True), "01011999")
        alice.type(page.get_by_label("To", exact=True), "01021999")
        page.keyboard.press("Enter")
        alice.expect_text("Nothing matches these filters.")
        alice.press(alice.link("Clear filters").first)
        expect(page.locator("tbody")).to_contain_text("Reported")

        page.goto("/settings/webhook")
        alice.press(alice.button("Remove webhook"))
        alice.press(alice.button("Remove webhook", page.get_by_role("dialog")))
        expect(alice.button("Send test")).to_have_count(0)


def test_without_javascript(plain: Page, api: ApiUser, workflow: str, hook: Receiver) -> None:
    plain.goto("/settings/webhook")
    plain.get_by_label("Address").fill("not an address")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("alert").first).to_be_visible()
    plain.get_by_label("Address").fill(f"{hook.url}/plain")
    plain.get_by_role("button", name="Save").click()
    first = plain.locator("#webhook-secret").inner_text()
    plain.get_by_role("button", name="Replace secret").first.click()
    plain.locator("#secret-dialog").get_by_role("button", name="Replace secret").click()
    secret = plain.locator("#webhook-secret").inner_text()
    assert secret != first
    plain.get_by_role("button", name="Send test").click()
    until(lambda: any(one.path == "/plain" for one in hook.received))
    job = api.add(workflow, ["plain.told@example.com"])
    api.wait(job)
    until(lambda: any(job in one.body.decode() for one in hook.received))
    sent = next(one for one in hook.received if job in one.body.decode())
    assert is_signed(sent.headers, sent.body, secret)
    remove_webhook(plain)

    plain.locator("#bell").click()
    unread = plain.locator(".notice.is-unread")
    expect(unread.first).to_be_visible()
    before = unread.count()
    plain.get_by_role("button", name="Mark as read").first.click()
    expect(unread).to_have_count(before - 1)
    plain.locator(".notice a").first.click()
    expect(plain.locator("main")).to_contain_text("1 person was added to Reported.")
    plain.get_by_role("link", name="Report", exact=True).click()
    expect(plain.locator(".report-outcomes")).to_contain_text("ENROLLED")
    plain.goto("/notifications")
    if plain.get_by_role("button", name="Mark all as read").count():
        plain.get_by_role("button", name="Mark all as read").click()
    expect(unread).to_have_count(0)
    plain.goto("/enrollments?from=1999-01-01&to=1999-01-02")
    plain.get_by_role("link", name="Clear filters").first.click()
    expect(plain.locator("tbody")).to_contain_text("Reported")
