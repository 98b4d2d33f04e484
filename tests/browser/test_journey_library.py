"""The life of a template, with the keyboard alone: a workflow of twelve steps is built from nothing and saved
as a template, which is shared, cloned in a sub-account, and changed. There, one change is taken and another
left, and the update undone (W-01, T-03, T-09, T-13 to T-17)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.building import act, choose, create, go, listening, sheet, tab_to, titles, write
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

WORKFLOW, TEMPLATE, BRANCH, CLONE = "River tours", "River tours template", "Riverside", "Our river tours"
STEPS = [
    *("Send email", "Wait 1 day", "Branch"),
    *("Add tag", "Send email", "Send email", "Wait 1 day", "Branch"),
    *("Add tag", "Add tag", "Wait 1 day", "Add note"),
]


@pytest.fixture
def alice(chromium: Browser, workplace: Installation) -> Iterator[BrowserUser]:
    with BrowserUser(chromium, workplace.url) as user:
        browsing.sign_in(user.page)
        yield user


@pytest.mark.timeout(900)
def test_from_nothing_to_an_update_that_is_undone(alice: BrowserUser) -> None:  # W-01, T-03, T-09, T-15, T-17
    page = alice.page
    create(alice, WORKFLOW)
    build(alice)
    assert titles(page)[1:] == STEPS
    workflow = page.url.partition("?")[0]
    save_as_template(alice)
    share(alice)
    switch_to(alice, BRANCH)
    clone(alice)
    made = page.url.partition("?")[0]
    assert titles(page)[1:] == STEPS
    switch_to(alice, "Agency")
    page.goto(workflow)
    change(alice, "Step 1, Send email", "Subject", "All aboard")
    change(alice, "Step 4, Add tag", "Tag", "guest")
    save_as_version(alice)
    switch_to(alice, BRANCH)
    page.goto(made)
    take_one_change(alice)
    undo(alice)


def build(alice: BrowserUser) -> None:
    email(alice, "at the beginning", "Welcome on the river", "Good to have you, {{ contact.first_name }}.")
    wait(alice, 1)
    branch(alice, 2, "Opened it", "Has opened", "1. Welcome on the river")
    tag(alice, "at the beginning of “Opened it”", "reader")
    email(alice, "after step 4", "What to bring", "A jacket, and **good shoes**.")
    email(alice, "at the beginning of “Everyone else”", "Did you see this?", "Tours begin on Friday.")
    wait(alice, 3)
    branch(alice, 7, "Guests of last year", "Tags", "customer")
    tag(alice, "at the beginning of “Guests of last year”", "loyal")
    tag(alice, "at the beginning of “Everyone else”", "new", second=True)
    wait(alice, 8)
    add_step(alice, "after step 11", "Add note")
    write(alice, sheet(alice).get_by_label("Text", exact=True), "Has been through the river tours")
    save_step(alice)


def add_step(alice: BrowserUser, place: str, kind: str, *, second: bool = False) -> None:
    """Add a step at a place; at the second one with this name if there are two."""
    links = alice.link(f"Add a step {place}")
    go(alice, links.nth(1) if second else links.first)
    go(alice, sheet(alice).get_by_role("button", name=re.compile(f"^{kind}")))


def save_step(alice: BrowserUser) -> None:
    go(alice, alice.button("Save", sheet(alice)))
    expect(sheet(alice)).to_be_hidden()


def email(alice: BrowserUser, place: str, subject: str, text: str) -> None:
    add_step(alice, place, "Send email")
    write(alice, sheet(alice).get_by_label("Subject"), subject)
    write(alice, sheet(alice).get_by_label("Text", exact=True), text)
    save_step(alice)


def tag(alice: BrowserUser, place: str, name: str, *, second: bool = False) -> None:
    add_step(alice, place, "Add tag", second=second)
    write(alice, sheet(alice).get_by_label("Tag"), name)
    alice.page.keyboard.press("Enter")
    expect(sheet(alice)).to_be_hidden()


def wait(alice: BrowserUser, after: int) -> None:
    add_step(alice, f"after step {after}", "Wait Continue after")
    expect(sheet(alice).get_by_label("How long")).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(sheet(alice)).to_be_hidden()


def branch(alice: BrowserUser, after: int, name: str, field: str, value: str) -> None:
    page = alice.page
    add_step(alice, f"after step {after}", "Branch")
    write(alice, page.get_by_label("Name of path 1"), name)
    go(alice, page.get_by_role("button", name="Add conditions of path 1"))
    condition = page.get_by_role("group", name="Condition 1")
    choose(alice, listening(condition.get_by_label("Condition 1: field")), field)
    given = condition.get_by_label(re.compile("^Condition 1: value"))
    if field == "Tags":
        write(alice, given, value)
    else:
        choose(alice, given, value)
    go(alice, alice.button("Save"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Branch")
    go(alice, alice.button("Save"))
    expect(page.locator(".flow-fork").last).to_be_visible()


def change(alice: BrowserUser, step: str, label: str, text: str) -> None:
    """Edit a setting of a step by its menu."""
    act(alice, step, "Edit")
    write(alice, sheet(alice).get_by_label(label), text)
    save_step(alice)


def save_as_template(alice: BrowserUser) -> None:
    go(alice, alice.link("Save as template"))
    write(alice, alice.page.get_by_label("Template name"), TEMPLATE)
    go(alice, alice.button("Save template"))
    alice.expect_text(f"“{TEMPLATE}” is saved as a template.")
    alice.check_page()


def save_as_version(alice: BrowserUser) -> None:
    page = alice.page
    go(alice, alice.link("Save as template"))
    tab_to(alice, page.get_by_role("radio", name="New template"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Template name")).to_be_hidden()
    choose(alice, page.get_by_label("Template", exact=True), TEMPLATE)
    write(alice, page.get_by_label("Note about this change"), "A warmer welcome")
    alice.check_page()
    go(alice, alice.button("Save template"))
    alice.expect_text(f"“{TEMPLATE}” is saved as version 2.")


def share(alice: BrowserUser) -> None:
    """Create the sub-account, and share the template with it."""
    page, template = alice.page, alice.page.url
    page.goto("/settings/accounts")
    write(alice, page.get_by_label("Name", exact=True), BRANCH)
    page.keyboard.press("Enter")
    alice.expect_text("Sub-account created.")
    page.goto(template)
    go(alice, alice.link("Share"))
    go(alice, page.get_by_label(BRANCH, exact=True), "Space")
    go(alice, alice.button("Share with selected"))
    alice.expect_text("Shared with 1 sub-account.")


def switch_to(alice: BrowserUser, account: str) -> None:
    """Choose another account in the menu of the user."""
    go(alice, alice.page.locator(".rail-foot summary"))
    go(alice, alice.button(account, alice.page.locator(".rail-foot")))
    expect(alice.page.locator(".rail-foot .person-account")).to_have_text(account)


def clone(alice: BrowserUser) -> None:
    page = alice.page
    page.goto("/templates/library?show=shared")
    alice.check_page()
    go(alice, alice.link(f"Use template {TEMPLATE}"))
    write(alice, page.get_by_label("Workflow name"), CLONE)
    go(alice, alice.button("Create workflow"))
    alice.expect_text(f"Made from {TEMPLATE}, version 1")
    alice.check_page()


def take_one_change(alice: BrowserUser) -> None:
    page = alice.page
    alice.expect_text("The template has a newer version")
    go(alice, alice.link("Review changes"))
    expect(page.get_by_role("checkbox")).to_have_count(2)
    alice.check_page()
    go(alice, page.get_by_role("checkbox", name=re.compile("^Subject")), "Space")
    go(alice, alice.button("Apply"))
    alice.expect_text("1 change taken from the template.")
    alice.expect_text(f"Made from {TEMPLATE}, version 1; updated to version 2")
    alice.expect_text("All aboard")
    expect(page.get_by_text("reader", exact=True).first).to_be_visible()
    expect(page.get_by_text("guest", exact=True)).to_have_count(0)


def undo(alice: BrowserUser) -> None:
    page: Page = alice.page
    go(alice, alice.button("Undo this update"))
    alice.expect_text("The update is undone")
    alice.expect_text("Welcome on the river")
    expect(page.locator("main")).not_to_contain_text("updated to version 2")
    assert titles(page)[1:] == STEPS
