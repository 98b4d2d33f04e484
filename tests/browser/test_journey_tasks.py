"""What there is to do about a contact: a note and a task, done and reopened. With the keyboard only on a
phone, and without JavaScript."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def contact(api: ApiUser, email: str) -> str:
    """The path of a new contact's page."""
    made = api.call("POST", "/contacts", {"email": email, "consent_basis": "opt_in"})
    return f"/contacts/{made['id']}"


def test_with_the_keyboard(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    path = contact(api, "keys@tasks.example")
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(path)
        alice.type(page.get_by_label("Note", exact=True), "Asked for <b>a quote</b>")
        alice.press(alice.button("Add note"))
        expect(page.locator("#notes")).to_contain_text("Asked for <b>a quote</b>")
        alice.press(page.get_by_role("link", name=re.compile("^Edit note")))
        alice.type(page.get_by_label("Note", exact=True), "Wants a quote")
        alice.check_page()
        alice.press(alice.button("Save note"))
        expect(page.locator("#notes")).to_contain_text("edited")
        alice.press(page.locator("summary", has_text="Add a task"))
        alice.type(page.get_by_label("What is there to do?"), "Call with the keyboard")
        alice.check_page()
        alice.press(alice.button("Add task"))
        expect(page.locator("#tasks")).to_contain_text("Due today")
        page.goto("/tasks")
        item = page.locator(".task", has_text="Call with the keyboard")
        button = item.get_by_role("button")
        alice.press(button)
        expect(item.get_by_role("button", name="Reopen: Call with the keyboard")).to_be_focused()
        expect(item).to_contain_text("Done by Alice")
        alice.check_page()
        page.keyboard.press("Enter")
        expect(item.get_by_role("button", name="Mark as done: Call with the keyboard")).to_be_focused()
        alice.press(alice.link("Call with the keyboard"))
        alice.check_page()
        alice.press(alice.button("Delete task"))
        alice.press(page.locator("dialog").get_by_role("button", name="Delete task"))
        expect(page.locator("#tasks")).to_contain_text("No open tasks.")
        alice.press(page.get_by_role("button", name=re.compile("^Delete note")))
        alice.check_page()
        alice.press(page.locator("dialog[open]").get_by_role("button", name="Delete note"))
        expect(page.locator("#notes")).to_contain_text("No notes yet.")


def test_without_javascript(plain: Page, api: ApiUser) -> None:
    plain.goto(contact(api, "plain@tasks.example"))
    plain.get_by_label("Note", exact=True).fill("Called")
    plain.get_by_role("button", name="Add note").click()
    plain.locator("summary", has_text="Add a task").click()
    plain.get_by_label("What is there to do?").fill("Call without JavaScript")
    plain.get_by_label("Due date").fill("2035-05-01")
    plain.get_by_role("button", name="Add task").click()
    expect(plain.locator("#tasks")).to_contain_text("Due May 1, 2035")
    plain.get_by_role("link", name="All tasks").click()
    plain.get_by_role("button", name="Mark as done: Call without JavaScript").click()
    expect(plain.locator("main")).to_contain_text("No tasks here")
    plain.get_by_role("link", name="Done", exact=True).click()
    plain.get_by_role("button", name="Reopen: Call without JavaScript").click()
    expect(plain.locator("main")).not_to_contain_text("Call without JavaScript")
    plain.get_by_role("link", name=re.compile("^Open")).click()
    expect(plain.locator("main")).to_contain_text("Call without JavaScript")
    plain.get_by_role("navigation", name="Breadcrumb").get_by_role("link").last.click()
    plain.get_by_role("button", name=re.compile("^Delete note")).click()
    expect(plain.locator("#notes")).to_contain_text("No notes yet.")
