"""A list whose column about consent has an unfamiliar name: question, answers, check, start."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

LIST = """Email,First name,Segeln {1},Status
{0}1@example.com,Ann,yes,Active
{0}2@example.com,Bob,no,Inactive
{0}3@example.com,Cleo,yes,Pending
{0}4@example.com,Dan,yes,Archived
{0}5@example.com,Eve,no,Active
"""
IS_OPEN = re.compile("is-open")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (360, "dark")])
def test_from_the_question_about_consent_to_the_start(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path, width: int, theme: str
) -> None:
    name = f"Club news {width}"
    file = tmp_path / "Club members.csv"
    file.write_text(LIST.format(f"club{width}x", width))
    with BrowserUser(chromium, workplace.url, width, theme) as alice:
        browsing.sign_in(alice.page)
        enrolling.create_workflow(alice, api, "New lead welcome", name)
        enrolling.upload(alice, file)
        expect(alice.page.locator("#consent")).to_contain_text(
            "Does one of these columns say who may be contacted?"
        )
        enrolling.allow_new_contacts(alice)
        alice.button("Check first").click()
        expect(alice.page.locator("#consent-error")).to_be_visible()
        alice.check_page()
        consent = alice.page.locator("#consent")
        consent.get_by_label(f"Segeln {width}", exact=True).select_option("no")
        consent.get_by_label("Status", exact=True).select_option("consent")
        expect(consent).to_contain_text("What do these values mean?")
        alice.check_page()
        consent.get_by_label("Pending", exact=True).select_option("yes")
        expect(consent.locator(".consent-item", has_text="Pending").last).not_to_have_class(IS_OPEN)
        for unanswered in ("Inactive", "Archived"):  # which have changed places with it
            expect(consent.get_by_label(unanswered, exact=True)).to_have_value("")
        consent.get_by_label("Inactive", exact=True).select_option("no")
        expect(alice.page.locator("#checkup")).to_contain_text("Consent unclear")
        consent.get_by_label("Archived", exact=True).select_option("leave-out")
        expect(consent).not_to_have_class(IS_OPEN)
        alice.check_page()
        alice.button("Check first").click()
        expect(alice.page.locator("#forecast")).to_have_text(f"3 people will be added to {name}.")
        alice.check_page()
        alice.button("Add 3 people").click()
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 3, "CONTACT_BLOCKED": 2}
        alice.expect_text("The file doesn’t clearly say this person may be contacted.")


def test_the_terminal_asks_the_same(workplace: Installation, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST.format("terminal", "terminal"))
    asked = workplace.command("import", str(file))
    assert asked.returncode == 1
    assert "Does “Status” say who may be contacted?" in asked.stderr
    answers = ["--map", "Segeln terminal=ignore", "--map", "Status=consent", "--consent-word", "Inactive=no"]
    done = workplace.command("import", str(file), *answers, "--consent-word", "*=leave-out", "--json")
    assert done.returncode == 0, done.stderr
    assert '"CREATED": 2' in done.stdout and '"CONTACT_BLOCKED": 3' in done.stdout
