"""Templates of one's own: copied, changed, shared, deleted, and restored with the keyboard on a phone in the
dark; imported and shared without JavaScript."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.accounts.application import create_sub_account, terminal_actor
from app.platform.tenancy import acting_for
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


@pytest.fixture(scope="module")
def branch(app: Flask, workplace: Installation) -> str:
    """The name of a sub-account."""
    with app.app_context():
        actor = terminal_actor(None)
        with acting_for(actor.account_id):
            create_sub_account(actor, name="Harbor Branch")
    return "Harbor Branch"


def system_template(api: ApiUser, name: str) -> str:
    found = api.call("GET", f"/workflow-templates?q={name.replace(' ', '+')}")["data"]
    return next(f"/templates/{one['id']}" for one in found if one["name"] == name and one["is_system"])


def test_with_the_keyboard(chromium: Browser, workplace: Installation, api: ApiUser, branch: str) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/templates")
        alice.press(alice.link("Your templates"))
        alice.check_page()
        page.goto(system_template(api, "New lead welcome"))
        alice.press(alice.link("Copy to your templates"))
        alice.check_page()
        alice.type(page.get_by_label("Name", exact=True), "Harbor welcome")
        alice.press(alice.button("Copy template"))
        alice.expect_text("“Harbor welcome” is one of your templates now.")
        alice.check_page()
        alice.type(page.get_by_label("Name", exact=True), "")
        page.keyboard.press("Delete")
        alice.press(alice.button("Save"))
        expect(page.get_by_role("alert").first).to_be_visible()
        alice.check_page()
        alice.ignore_errors("status of 422")
        alice.type(page.get_by_label("Name", exact=True), "Harbor hello")
        alice.press(alice.button("Save"))
        alice.expect_text("“Harbor hello” is at version 2.")
        alice.press(alice.link("Share"))
        alice.check_page()
        alice.press(page.get_by_label(branch), "Space")
        alice.press(alice.button("Share with selected"))
        alice.expect_text("Shared with 1 sub-account.")
        alice.check_page()
        alice.press(alice.link("Your templates"))
        alice.press(alice.link("Edit Harbor hello"))
        alice.press(alice.button("Delete template"))
        alice.press(alice.button("Delete template", page.locator("#delete-dialog")))
        alice.expect_text("You can restore it for 30 days.")
        alice.check_page()
        alice.press(alice.button("Restore Harbor hello"))
        alice.expect_text("“Harbor hello” is back.")
        alice.press(alice.link("Share"))
        alice.expect_text("Shared with 1 of")


def test_without_javascript(plain: Page, api: ApiUser, branch: str, tmp_path: Path) -> None:
    plain.goto(system_template(api, "Simple birthday greeting"))
    file = tmp_path / "greeting.yaml"
    link = plain.get_by_role("link", name="Download file")
    file.write_bytes(plain.request.get(str(link.get_attribute("href"))).body())
    assert file.read_text().startswith("key: birthday-greeting\n")
    plain.goto("/templates/library")
    plain.get_by_role("link", name="Import file").first.click()
    plain.set_input_files("input[type=file]", file)
    plain.get_by_role("button", name="Check file").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Import “Simple birthday greeting”")
    plain.get_by_label("Name", exact=True).fill("Harbor birthdays")
    plain.get_by_role("button", name="Import template").click()
    expect(plain.locator("main")).to_contain_text("“Harbor birthdays” was imported.")
    plain.get_by_role("link", name="Share").click()
    plain.get_by_role("button", name="Share with all").click()
    expect(plain.locator("main")).to_contain_text("Shared with all sub-accounts.")
    plain.get_by_role("button", name="Stop sharing with all").click()
    plain.get_by_role("button", name="Stop sharing", exact=True).click()
    expect(plain.locator("main")).to_contain_text("No longer shared.")
    file.write_text(file.read_text().replace("format: 1", "format: 99"))
    plain.goto("/templates/import")
    plain.set_input_files("input[type=file]", file)
    plain.get_by_role("button", name="Check file").click()
    expect(plain.get_by_role("alert").first).to_contain_text("newer version of Muster")
