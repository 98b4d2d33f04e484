"""What is done between campaigns: one contact, a workflow's life, and the settings of account, business, and
profile. Once with the keyboard only, and once without JavaScript."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.accounts.domain import Role
from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.users import add_user

LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
REASON = "How did they ask to be contacted again?"


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A picture of one pixel."""
    (tmp_path / "logo.png").write_bytes(LOGO)
    return tmp_path / "logo.png"


@pytest.fixture(scope="module")
def dana(app: Flask) -> str:
    """The address of an admin, whose profile changes."""
    return add_user(app, "Dana", Role.ADMIN)


def test_a_contact_with_the_keyboard(chromium: Browser, workplace: Installation) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/contacts/new")
        alice.type(page.get_by_label("First name"), "Rosa")
        alice.type(page.get_by_label("Email", exact=True), "rosa.keys@everyday.example")
        alice.type(page.get_by_label("Legal basis for contacting"), "Opt")
        alice.press(alice.button("Add contact"))
        alice.expect_text("Contact added.")
        alice.press(alice.link("Edit"))
        alice.type(page.get_by_label("Last name"), "Keller")
        alice.check_page()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Rosa Keller")
        alice.type(page.get_by_label("Tag", exact=True), "by hand")
        page.keyboard.press("Enter")
        alice.press(alice.button("Remove tag by hand"))
        alice.expect_text("No tags yet.")
        alice.press(alice.button("Unsubscribe"))
        alice.press(alice.button("Unsubscribe", page.get_by_role("dialog")))
        alice.expect_text("Unsubscribed. They won’t receive any more messages.")
        alice.press(page.locator("summary").filter(has_text="Resubscribe"))
        alice.type(page.get_by_label(REASON), "By phone")
        alice.press(alice.button("Resubscribe"))
        alice.press(alice.button("Resubscribe", page.get_by_role("dialog")))
        alice.expect_text("Resubscribed. They can receive messages again.")
        alice.check_page()


def test_a_workflow_with_the_keyboard(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    workflow = api.create_workflow("New lead welcome", "Put away with keys")
    with BrowserUser(chromium, workplace.url) as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(workflow)
        alice.press(page.locator(".flow-step a.flow-card").first)
        alice.press(alice.button("Save and switch off"))
        alice.expect_text("Steps that are off")
        alice.press(page.get_by_role("button", name=re.compile("^Switch on: ")).first)
        alice.expect_text("Switched on.")
        alice.press(alice.button("Pause"))
        alice.expect_text("is paused. Nobody can be added until you activate it again.")
        alice.press(alice.button("Activate"))
        alice.press(alice.button("Activate anyway"))
        alice.expect_text("is active.")
        alice.press(alice.button("Pause"))
        alice.press(alice.button("Archive…"))
        alice.check_page()
        alice.press(alice.button("Archive", page.get_by_role("dialog")))
        alice.expect_text("is archived.")


def test_settings_with_the_keyboard(
    chromium: Browser, workplace: Installation, logo: Path, dana: str
) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as user:
        page = user.page
        browsing.sign_in(page, dana)
        page.goto("/settings/business")
        user.type(page.get_by_label("Phone"), "+44 20 7946 0000")
        user.press(user.button("Save"))
        user.expect_text("Saved.")
        expect(page.get_by_label("Phone")).to_have_value("+44 20 7946 0000")
        page.set_input_files("input[type=file]", logo)
        user.press(user.button("Save logo"))
        expect(page.get_by_role("img", name="Your logo")).to_be_visible()
        user.check_page()
        user.press(user.button("Remove logo"))
        user.expect_text("Logo removed.")
        page.goto("/settings")
        for name in ("Agency of Alice", "Agency"):  # others look for the name that it had
            user.type(page.get_by_label("Company"), name)
            page.keyboard.press("Enter")
            expect(page.locator(".rail-foot .person-account")).to_have_text(name)
            user.expect_text("Saved.")
        page.goto("/settings/profile")
        user.type(page.get_by_label("Name"), "Dana Doe")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Name")).to_have_value("Dana Doe")
        user.press(page.get_by_label("Email me when a job waits for my approval"), "Space")
        user.press(user.button("Save emails"))
        user.expect_text("Saved.")
        user.type(page.get_by_label("New password"), "another long password")
        user.press(user.button("Change password"))
        expect(page.get_by_role("alert").first).to_be_visible()
        user.ignore_errors("status of 422")
        user.check_page()


def test_without_javascript(plain: Page, api: ApiUser, logo: Path, tmp_path: Path) -> None:
    add_tag_and_unsubscribe(plain)
    put_away_a_workflow(plain, api, enrolling.write_csv(tmp_path / "one.csv", [{"Email": "one@put.example"}]))
    change_settings(plain, logo)


def add_tag_and_unsubscribe(plain: Page) -> None:
    plain.goto("/contacts/new")
    plain.get_by_label("First name").fill("Rosa")
    plain.get_by_label("Email", exact=True).fill("rosa.plain@everyday.example")
    plain.get_by_label("Legal basis for contacting").select_option("opt_in")
    plain.get_by_role("button", name="Add contact").click()
    plain.get_by_role("link", name="Edit").click()
    plain.get_by_label("Last name").fill("Keller")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Rosa Keller")
    plain.get_by_label("Tag", exact=True).fill("by hand")
    plain.get_by_role("button", name="Add", exact=True).click()
    plain.get_by_role("button", name="Remove tag by hand").click()
    expect(plain.locator("#tags")).to_contain_text("No tags yet.")
    plain.get_by_role("button", name="Unsubscribe").first.click()
    plain.locator("#unsubscribe").get_by_role("button", name="Unsubscribe").click()
    plain.locator("summary").filter(has_text="Resubscribe").click()
    plain.get_by_label(REASON).fill("By phone")
    plain.get_by_role("button", name="Resubscribe").click()
    expect(plain.locator("main")).to_contain_text("Resubscribed.")


def put_away_a_workflow(plain: Page, api: ApiUser, file: Path) -> None:
    workflow = api.create_workflow("New lead welcome", "Put away plainly")
    check = api.check(workflow, file)
    plain.goto(workflow)
    plain.get_by_role("link", name="Edit", exact=True).click()
    plain.get_by_label("Description").fill("Not for long")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text("Not for long")
    plain.locator(".flow-step a.flow-card").first.click()
    plain.get_by_role("button", name="Save and switch off").click()
    plain.get_by_role("button", name=re.compile("^Switch on: ")).first.click()
    expect(plain.locator("main")).to_contain_text("Switched on.")
    plain.get_by_role("button", name="Pause", exact=True).click()
    plain.goto(check)
    plain.locator("#check .form-actions button").first.click()
    expect(plain.get_by_role("alert")).to_contain_text("Not started")
    plain.get_by_role("button", name="Activate anyway").click()
    plain.locator("#check .form-actions button").first.click()
    assert api.wait(enrolling.job_of(plain))["outcomes"] == {"ENROLLED": 1}
    plain.goto(workflow)
    plain.get_by_role("button", name="Pause", exact=True).click()
    plain.get_by_role("button", name="Archive…").click()
    plain.locator("#archive").get_by_role("button", name="Archive", exact=True).click()
    expect(plain.locator("main")).to_contain_text("is archived.")


def change_settings(plain: Page, logo: Path) -> None:
    plain.goto("/settings/business")
    plain.get_by_label("Phone").fill("+1 555 0100")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_label("Phone")).to_have_value("+1 555 0100")
    plain.set_input_files("input[type=file]", logo)
    plain.get_by_role("button", name="Save logo").click()
    expect(plain.get_by_role("img", name="Your logo")).to_be_visible()
    plain.get_by_role("button", name="Remove logo").click()
    expect(plain.locator("main")).to_contain_text("Logo removed.")
    for page in ("/settings/limits", "/settings"):
        plain.goto(page)
        plain.get_by_role("button", name="Save", exact=True).click()
        expect(plain.locator("main")).to_contain_text("Saved.")
    plain.goto("/settings/profile")
    plain.get_by_role("button", name="Save name").click()
    expect(plain.locator("main")).to_contain_text("Name saved.")
    plain.get_by_role("button", name="Save emails").click()
    expect(plain.locator("main")).to_contain_text("Saved.")
    plain.get_by_label("New password").fill("another long password")
    plain.get_by_role("button", name="Change password").click()
    expect(plain.get_by_role("alert").first).to_be_visible()
