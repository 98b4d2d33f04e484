"""An email is written with formatting buttons and keys; what is typed outlives a reload (W-01)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Locator, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

ELSEWHERE = """async step => {
    const form = document.querySelector("#step-form");
    const body = new URLSearchParams(new FormData(form));
    body.set("subject", "Theirs");
    const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
    return (await fetch(step, { method: "POST", headers, body })).status;
}"""
"""Saves another subject of the step, as somebody does in another window."""


@pytest.fixture(scope="module")
def workflow(api: ApiUser) -> str:
    return api.create_workflow("New lead welcome", "Writing")


@pytest.fixture
def alice(chromium: Browser, workplace: Installation, workflow: str) -> Iterator[BrowserUser]:
    """Alice at an email in the dialog of a workflow."""
    with BrowserUser(chromium, workplace.url) as visitor:
        browsing.sign_in(visitor.page)
        visitor.page.goto(workflow)
        visitor.page.locator(".flow-step a.flow-card").first.click()
        expect(body_of(visitor)).to_be_visible()
        yield visitor


def body_of(alice: BrowserUser) -> Locator:
    return alice.page.locator("#sheet").get_by_label("Text", exact=True)


def select(field: Locator, words: str) -> None:
    field.evaluate(
        "(field, words) => { const at = field.value.indexOf(words);"
        " field.focus(); field.setSelectionRange(at, at + words.length); }",
        words,
    )


def test_buttons_format_the_selection_and_can_be_undone(alice: BrowserUser) -> None:  # W-01
    page, body = alice.page, body_of(alice)
    tools = page.get_by_role("toolbar", name="Formatting")
    body.fill("Hello you\nFirst {{ contact.first_name }}\nSecond")
    select(body, "you")
    page.keyboard.press("Control+b")
    page.keyboard.press("Control+i")
    expect(body).to_have_value("Hello ***you***\nFirst {{ contact.first_name }}\nSecond")
    expect(page.locator("#message-preview strong em, #message-preview em strong")).to_have_text("you")
    page.keyboard.press("Control+b")
    expect(body).to_have_value("Hello *you*\nFirst {{ contact.first_name }}\nSecond")
    page.keyboard.press("Control+z")
    expect(body).to_have_value("Hello ***you***\nFirst {{ contact.first_name }}\nSecond")
    select(body, "First {{ contact.first_name }}\nSecond")
    alice.press(alice.button("Bold", tools), "ArrowRight")
    expect(alice.button("Italic", tools)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(alice.button("Bulleted list", tools)).to_be_focused()
    page.keyboard.press("Enter")
    expect(body).to_be_focused()
    expect(body).to_have_value("Hello ***you***\n\n- First {{ contact.first_name }}\n- Second")
    alice.button("Numbered list", tools).click()
    expect(body).to_have_value("Hello ***you***\n\n1. First {{ contact.first_name }}\n2. Second")
    select(body, "first_name")
    page.keyboard.press("Control+b")
    expect(body).to_have_value("Hello ***you***\n\n1. First **{{ contact.first_name }}**\n2. Second")
    alice.button("Divider", tools).click()
    expect(body).to_have_value("Hello ***you***\n\n1. First **{{ contact.first_name }}**\n\n---\n\n2. Second")
    select(body, "Hello")
    alice.button("Heading", tools).click()
    expect(body).to_have_value(re.compile(r"^## Hello \*\*\*you\*\*\*\n\n1\. First"))
    alice.check_page()


def test_enter_continues_a_list_and_ends_it(alice: BrowserUser) -> None:  # W-01
    body = body_of(alice)
    body.fill("")
    alice.page.keyboard.type("Plan:\n- one\ntwo\n\n9. nine\nten")
    expect(body).to_have_value("Plan:\n- one\n- two\n9. nine\n10. ten")
    alice.page.keyboard.press("Control+z")
    expect(body).not_to_have_value("Plan:\n- one\n- two\n9. nine\n10. ten")


def test_a_link_is_asked_for_and_changed(alice: BrowserUser) -> None:  # W-01
    page, body = alice.page, body_of(alice)
    dialog = page.locator("#link-dialog")
    body.fill("See our prices today")
    select(body, "our prices")
    page.keyboard.press("Control+k")
    expect(dialog.get_by_label("Link text")).to_have_value("our prices")
    alice.check_page()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Enter an address.")
    page.keyboard.type("harbor.studio/prices (new)")
    page.keyboard.press("Enter")
    linked = "See [our prices](https://harbor.studio/prices%20%28new%29) today"
    expect(body).to_have_value(linked)
    page.keyboard.press("Control+z")
    expect(body).to_have_value("See our prices today")
    page.keyboard.press("Control+Shift+z")
    expect(body).to_have_value(linked)
    select(body, "prices")
    page.keyboard.press("Control+k")
    alice.type(dialog.get_by_label("Address"), "{{ account.website }}")
    page.keyboard.press("Enter")
    expect(body).to_have_value("See [our prices]({{ account.website }}) today")
    expect(page.locator("#message-preview").get_by_text("our prices")).to_be_visible()


def test_advice_appears_while_typing_and_is_read_aloud_once(alice: BrowserUser) -> None:  # W-01
    page = alice.page
    alice.type(page.locator("#sheet").get_by_label("Subject"), "Act now and be our guest")
    expect(page.locator("#subject-advice")).to_contain_text("react to “act now”")
    expect(page.locator("#subject-advice")).to_contain_text("24 characters.")
    expect(page.locator("[data-advice-status]")).to_contain_text("react to “act now”")
    expect(page.locator(".inbox-subject")).to_have_text("Act now and be our guest")
    alice.check_page()


def test_the_preview_is_that_of_a_phone_and_stays_so(alice: BrowserUser) -> None:  # W-01
    page = alice.page
    message = page.locator(".step-preview .message")
    alice.button("Phone", page.locator("#sheet")).click()
    alice.button("Dark", page.locator("#sheet")).click()
    assert message.evaluate("element => element.offsetWidth") == 360
    assert message.evaluate("element => getComputedStyle(element).colorScheme") == "dark"
    alice.check_page()
    page.reload()
    page.locator(".flow-step a.flow-card").first.click()
    expect(alice.button("Phone", page.locator("#sheet"))).to_have_attribute("aria-pressed", "true")
    assert message.evaluate("element => element.offsetWidth") == 360


def test_typed_text_outlives_a_reload(alice: BrowserUser) -> None:  # W-01
    page = alice.page
    subject = page.locator("#sheet").get_by_label("Subject")
    before = subject.input_value()
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    subject.fill("Typed with care")
    page.reload()
    assert asked == ["beforeunload"]
    expect(subject).to_have_value("Typed with care")
    expect(page.locator(".inbox-subject")).to_have_text("Typed with care")
    expect(page.locator("[data-draft-notice]")).to_contain_text("Your unsaved text is back")
    alice.check_page()
    alice.button("Discard it", page.locator("#sheet")).click()
    expect(subject).to_have_value(before)
    page.reload()
    expect(page.locator("#sheet")).to_be_hidden()
    assert asked == ["beforeunload"]


def test_text_that_did_not_arrive_comes_back(alice: BrowserUser, workplace: Installation) -> None:  # W-01
    page = alice.page
    address = f"{workplace.url}{page.locator('.flow-step a.flow-card').first.get_attribute('href')}"
    page.goto(address)
    field, notice = page.get_by_label("Text", exact=True), page.locator("[data-draft-notice]")
    field.fill("Typed with care, and sent into a hole")
    expect(page.locator("#message-preview")).to_contain_text("sent into a hole")
    page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    alice.button("Save").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/*")
    alice.ignore_errors("ERR_FAILED")
    alice.ignore_errors("Failed to fetch")
    page.goto(address)
    expect(notice).to_contain_text("Your unsaved text is back")
    expect(field).to_have_value("Typed with care, and sent into a hole")
    expect(page.locator("#message-preview")).to_contain_text("sent into a hole")
    alice.button("Save").click()
    page.wait_for_url("**?step=*")
    page.goto(address)
    expect(field).to_have_value("Typed with care, and sent into a hole")
    expect(notice).to_be_hidden()
    assert (
        page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('muster.draft.'))") == []
    )


def test_text_that_is_back_replaces_no_newer_version_silently(alice: BrowserUser) -> None:  # W-01
    page = alice.page
    sheet = page.locator("#sheet")
    subject = sheet.get_by_label("Subject")
    step = page.locator("#step-form").get_attribute("action")
    page.on("dialog", lambda dialog: dialog.accept())
    subject.fill("Mine")
    status = page.evaluate(ELSEWHERE, step)
    assert status < 400
    page.reload()
    expect(subject).to_have_value("Mine")
    alice.button("Save", sheet).click()
    expect(sheet.get_by_role("alert")).to_contain_text("someone else changed this workflow")
    expect(subject).to_have_value("Mine")
    alice.ignore_errors("status of 409")
