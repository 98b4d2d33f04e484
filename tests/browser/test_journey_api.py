"""API tokens and the API reference: a token is created, tried, and revoked. With the keyboard only, at 360
pixels and in the dark, and without JavaScript."""

import json

from playwright.sync_api import Browser, Page, expect

from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.plain_client import fetch


def status_with(workplace: Installation, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return fetch(workplace.port, "GET", "/api/v1/workflows", headers=headers)[0]


def test_a_token_is_created_tried_and_revoked_with_the_keyboard(
    chromium: Browser, workplace: Installation
) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/settings/tokens")
        alice.press(alice.button("Create token"))
        expect(page.get_by_role("alert").first).to_be_visible()
        alice.check_page()
        alice.ignore_errors("status of 422")
        alice.type(page.get_by_label("Name"), "Trial")
        alice.press(page.locator("input[value='report:view']"), "Space")
        alice.press(alice.button("Create token"))
        token = page.get_by_label("Token “Trial”").input_value()
        alice.check_page()
        assert status_with(workplace, token) == 200

        page.goto("/settings/api#list_workflows")
        entry = page.locator("#list_workflows")
        send, answer = entry.get_by_role("button", name="Send request"), entry.get_by_role("status")
        alice.press(send)
        expect(answer).to_contain_text("Paste a token")
        page.keyboard.type(token)
        expect(page.get_by_label("Token for trying requests")).to_have_value(token)
        alice.type(entry.get_by_label("Query"), "limit=1")
        page.keyboard.press("Enter")
        expect(answer).to_contain_text("Status 200")
        assert len(json.loads(answer.locator("pre").inner_text())["data"]) == 1
        alice.press(page.locator("#activate_workflow > summary"))
        opened = page.locator("#activate_workflow")
        alice.type(opened.get_by_label("id", exact=True), "../../me?x=<b>")
        alice.press(opened.get_by_role("button", name="Send request"))
        expect(opened.get_by_role("status")).to_contain_text("Status 40")
        alice.press(alice.link("Activation", opened))
        expect(page.locator("#schema-Activation table")).to_be_visible()
        alice.ignore_errors("status of 40")
        alice.check_page()

        page.goto("/settings/tokens")
        alice.press(alice.button("Revoke Trial"))
        alice.check_page()
        alice.press(alice.button("Revoke token"))
        alice.expect_text("Token “Trial” revoked.")
        assert status_with(workplace, token) == 401


def test_without_javascript(plain: Page, workplace: Installation) -> None:
    plain.goto("/settings/tokens")
    plain.get_by_label("Name").fill("Plain")
    plain.locator("input[value='report:view']").check()
    plain.get_by_role("button", name="Create token").click()
    token = plain.get_by_label("Token “Plain”").input_value()
    assert status_with(workplace, token) == 200
    plain.get_by_role("link", name="API reference").click()
    plain.locator("#list_workflows > summary").click()
    expect(plain.locator("#list_workflows")).to_contain_text("With curl")
    expect(plain.get_by_role("button", name="Send request")).to_have_count(0)
    plain.goto("/settings/tokens")
    plain.get_by_role("button", name="Revoke Plain").click()
    expect(plain.locator("main")).to_contain_text("Token “Plain” revoked.")
    assert status_with(workplace, token) == 401
