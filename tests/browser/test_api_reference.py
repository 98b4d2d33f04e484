"""The API reference in the browser: opened and tried with the keyboard, at 360 pixels and in the dark."""

import json

from playwright.sync_api import Browser, expect

from tests.services import browsing
from tests.services.installation import Installation


def test_a_request_is_tried_with_the_keyboard(chromium: Browser, site: Installation) -> None:
    token = site.command("create-token", "--name", "Trial", "--scope", "report:view").stdout.strip()
    context = browsing.window(chromium, site.url, width=360, theme="dark")
    page = context.new_page()
    browsing.sign_in(page)
    errors = browsing.collect_errors(page)
    page.goto("/settings/api#list_workflows")
    entry = page.locator("#list_workflows")
    send, answer = entry.get_by_role("button", name="Send request"), entry.get_by_role("status")
    expect(send).to_be_visible()
    send.press("Enter")
    expect(answer).to_contain_text("Paste a token")
    page.keyboard.type(token)
    expect(page.get_by_label("Token for trying requests")).to_have_value(token)
    entry.get_by_label("Query").fill("limit=1")
    entry.get_by_label("Query").press("Enter")
    expect(answer).to_contain_text("Status 200")
    assert len(json.loads(answer.locator("pre").inner_text())["data"]) == 1
    assert not errors

    page.locator("#activate_workflow > summary").press("Enter")
    opened = page.locator("#activate_workflow")
    opened.get_by_label("id", exact=True).fill("../../me?x=<b>")
    opened.get_by_role("button", name="Send request").press("Enter")
    expect(opened.get_by_role("status")).to_contain_text("Status 40")
    opened.get_by_role("link", name="Activation").press("Enter")
    expect(page.locator("#schema-Activation table")).to_be_visible()
    assert not browsing.scrolls_sideways(page)
    assert not browsing.axe_problems(page)
    context.close()
