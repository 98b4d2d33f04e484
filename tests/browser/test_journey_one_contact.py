"""From a workbook to one person: a sheet is chosen and imported, the contact's page leads to the row and the
basis that put them there, and the contact is erased. With the keyboard only, and without JavaScript."""

import re
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.showing import reload_until
from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def workbook(path: Path) -> Path:
    """A workbook whose second sheet has two people."""
    book = Workbook()
    book.active.title = "Read me"
    book.active.append(["Export of May"])
    people = book.create_sheet("People")
    people.append(["Email", "First name"])
    for name in ("Xi", "Yu"):
        people.append([f"{name.lower()}.{path.stem}@book.example", name])
    book.save(path)
    return path


def test_with_the_keyboard(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/contacts")
        alice.press(alice.link("Import"))
        enrolling.upload(alice, workbook(tmp_path / "keys.xlsx"))
        alice.type(page.get_by_label("Sheet"), "People")
        alice.press(alice.button("Read this sheet"))
        expect(page.get_by_label("First name", exact=True)).to_have_value("first_name")
        alice.check_page()
        alice.type(page.get_by_label("Legal basis for contacting"), "Opt")
        alice.press(alice.button("Check first"))
        expect(page.locator("#forecast")).to_have_text("2 new contacts will be added.")
        alice.press(alice.button("Start"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"CREATED": 2}
        page.goto("/contacts?q=xi.keys@book.example")
        alice.press(page.locator("tbody a").first)
        alice.expect_text("Files and consent")
        contact = page.url
        alice.check_page()
        alice.press(page.get_by_role("link", name=re.compile("keys.xlsx, row 1")))
        expect(page.get_by_role("heading", level=1)).to_have_text("Row 1 of keys.xlsx")
        alice.expect_text("xi.keys@book.example")
        row = page.url
        alice.check_page()
        alice.press(page.locator("main dd").get_by_role("link", name="Xi"))
        assert page.url == contact
        alice.press(alice.link("Erase"))
        alice.expect_text("All personal data is deleted")
        alice.check_page()
        alice.press(alice.button("Erase contact"))
        expect(page).to_have_url(re.compile("/contacts$"))
        page.goto(row)
        reload_until(page, lambda: "xi.keys@book.example" not in page.inner_text("main"))
        alice.expect_text("Deleted")
        alice.check_page()


def test_without_javascript(plain: Page, api: ApiUser, tmp_path: Path) -> None:
    plain.goto("/contacts/import")
    plain.set_input_files("input[type=file]", workbook(tmp_path / "plain.xlsx"))
    plain.get_by_role("button", name="Upload and review").click()
    plain.get_by_label("Sheet").select_option("People")
    plain.get_by_role("button", name="Read this sheet").click()
    plain.get_by_label("Legal basis for contacting").select_option("opt_in")
    plain.get_by_role("button", name="Start now").click()
    api.wait(enrolling.job_of(plain))
    plain.goto("/contacts?q=yu.plain@book.example")
    plain.locator("tbody a").first.click()
    plain.get_by_role("link", name=re.compile("plain.xlsx, row 2")).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Row 2 of plain.xlsx")
    plain.locator("main dd").get_by_role("link", name="Yu").click()
    plain.get_by_role("link", name="Erase").click()
    plain.get_by_role("button", name="Erase contact").click()
    expect(plain).to_have_url(re.compile("/contacts$"))
    plain.goto("/contacts?q=yu.plain@book.example")
    expect(plain.locator("main")).to_contain_text("No contacts found")
