"""The contact list as a marketer uses it all day: columns, order, ticks across pages, a pasted list, and what
is done with a selection: tag, untag, export, delete. With the keyboard only, and without JavaScript."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

PEOPLE = 60  # more than a page of the list
ENTRIES = "Email addresses, phone numbers, or contact IDs"


@pytest.fixture(scope="module")
def club(api: ApiUser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tag of imported people."""
    rows = [
        {"Email": f"member.{at:02}@club.example", "First name": f"Member {at:02}", "City": "Aachen"}
        for at in range(PEOPLE)
    ]
    file = enrolling.write_csv(tmp_path_factory.mktemp("club") / "club.csv", rows)
    body = {"upload_id": api.upload(file), "consent_basis": "opt_in", "options": {"tags": ["club"]}}
    api.wait(api.call("POST", "/contacts/import", body)["id"])
    return "club"


def tagged(api: ApiUser, tag: str) -> int:
    """How many contacts have a tag."""
    wanted = json.dumps({"all": [{"field": "tags", "op": "has_any", "value": [tag]}]})
    return len(api.call("GET", f"/contacts?limit=100&filter={quote(wanted)}")["data"])


def test_with_the_keyboard(
    chromium: Browser, workplace: Installation, api: ApiUser, club: str, tmp_path: Path
) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(f"/contacts?tag={club}")
        alice.press(alice.link("Columns"))
        alice.press(page.get_by_label("City"), "Space")
        alice.check_page()
        alice.press(alice.button("Save columns"))
        expect(page.get_by_role("columnheader", name="City")).to_be_visible()
        alice.press(alice.link("Name"))
        expect(page.locator("tbody tr").first).to_contain_text("Member 00")
        alice.press(alice.link("Name"))
        expect(page.locator("tbody tr").first).to_contain_text("Member 59")
        alice.press(page.get_by_label("Select Member 59"), "Space")
        alice.press(alice.link("Next"))
        alice.press(page.get_by_label("Select all on this page"), "Space")
        expect(page.locator("[data-selection-status]")).to_have_text(re.compile(r"^\d+ selected$"))
        alice.press(alice.button("Clear selection"))
        assert page.locator("input[name=contact]:checked").count() == 0
        alice.press(alice.link("Previous"))
        alice.press(alice.button(f"Select all {PEOPLE} contacts that match"))
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{PEOPLE} selected contacts")
        selection = page.url
        exported = alice.download(alice.link("Export as CSV"), tmp_path)
        assert len(enrolling.read_csv(exported)) == PEOPLE
        alice.type(page.get_by_label("Tag to add"), "members")
        page.keyboard.press("Enter")
        alice.expect_text(f"Added the tag “members” to {PEOPLE} contacts.")
        alice.check_page()
        assert tagged(api, "members") == PEOPLE
        page.goto(selection)
        alice.type(page.get_by_label("Tag to remove"), "members")
        alice.press(alice.button("Remove tag"))
        alice.expect_text(f"Removed the tag “members” from {PEOPLE} contacts.")
        assert tagged(api, "members") == 0

        page.goto("/contacts/selections/new")
        alice.type(page.get_by_label(ENTRIES), "member.00@club.example, member.01@club.example, nobody@x")
        alice.press(alice.button("Find contacts"))
        alice.expect_text("2 contacts found, 1 entry not used")
        alice.check_page()
        alice.press(alice.button("Continue with 2 contacts"))
        alice.press(alice.link("Delete"))
        alice.expect_text("2 contacts with their fields, tags, and timelines are deleted.")
        alice.check_page()
        alice.press(alice.button("Delete 2 contacts"))
        alice.expect_text("2 contacts deleted.")
        assert tagged(api, club) == PEOPLE - 2


def test_without_javascript(plain: Page, api: ApiUser, club: str, tmp_path: Path) -> None:
    plain.goto(f"/contacts?tag={club}")
    plain.get_by_role("link", name="Columns").click()
    plain.get_by_label("Company").check()
    plain.get_by_role("button", name="Save columns").click()
    expect(plain.get_by_role("columnheader", name="Company")).to_be_visible()
    plain.get_by_role("link", name="Columns").click()
    plain.get_by_role("button", name="Reset to default").click()
    plain.get_by_role("link", name="Name", exact=True).click()
    expect(plain.locator("tbody tr").first).to_contain_text("Member")
    plain.get_by_role("link", name="Next").click()
    plain.locator("input[name=contact]").first.check()
    plain.locator("input[name=contact]").nth(1).check()
    plain.get_by_role("button", name="Tag, export, or delete").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("2 selected contacts")
    selection = plain.url
    with plain.expect_download() as coming:
        plain.get_by_role("link", name="Export as CSV").click()
    coming.value.save_as(tmp_path / "two.csv")
    assert len(enrolling.read_csv(tmp_path / "two.csv")) == 2
    plain.get_by_label("Tag to add").fill("plain")
    plain.get_by_role("button", name="Add tag").click()
    expect(plain.locator("main")).to_contain_text("Added the tag “plain” to 2 contacts.", timeout=30_000)
    plain.goto(selection)
    plain.get_by_label("Tag to remove").select_option("plain")
    plain.get_by_role("button", name="Remove tag").click()
    expect(plain.locator("main")).to_contain_text("Removed the tag “plain” from 2 contacts.", timeout=30_000)
    plain.goto(selection)
    plain.get_by_role("link", name="Delete").click()
    plain.get_by_role("button", name="Delete 2 contacts").click()
    expect(plain.locator("main")).to_contain_text("2 contacts deleted.", timeout=30_000)
    plain.goto(selection)
    expect(plain.get_by_role("heading", level=1)).to_be_visible()
