"""Choosing when people are added: a preview, changes on the check, and without JavaScript (B-15, B-21)."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.services import browsing, enrolling
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

TEMPLATE = "New lead welcome"


def people(path: Path, number: int) -> Path:
    rows = [{"E-mail": f"{path.stem}.{at}@example.com"} for at in range(number)]
    return enrolling.write_csv(path, rows)


def test_a_job_is_scheduled_changed_and_started(
    chromium: Browser, workplace: Installation, tmp_path: Path
) -> None:
    soon = datetime.now() + timedelta(days=3)
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        enrolling.create_workflow(alice, TEMPLATE, "Later")
        enrolling.upload(alice, people(tmp_path / "later.csv", 30))
        enrolling.allow_new_contacts(alice)
        alice.page.get_by_text("When to add them", exact=True).click()
        expect(alice.page.get_by_label("Date", exact=True)).to_be_hidden()
        alice.page.get_by_label("At a date and time").check()
        alice.page.get_by_label("Date", exact=True).fill(f"{soon:%Y-%m-%d}")
        alice.page.get_by_label("Time", exact=True).fill("09:00")
        alice.page.get_by_label("Spread over time").check()
        alice.page.get_by_label("People at a time", exact=True).fill("10")
        plan = alice.page.locator(".when-plan")
        expect(plan).to_contain_text("30 people in 3 portions")
        expect(alice.button("Schedule")).to_be_visible()
        alice.check_page()
        alice.button("Check first").click()
        expect(alice.button("Schedule adding 30 people")).to_be_visible()
        alice.page.get_by_text("Change when they’re added").click()
        alice.page.get_by_label("All at once").check()
        alice.check_page()
        alice.button("Save").click()
        expect(alice.page.locator("#when-plan")).not_to_contain_text("portions")
        alice.button("Schedule adding 30 people").click()
        enrolling.job_id(alice)
        alice.expect_text("Starts in ")
        alice.expect_text("30 people will be added to the workflow")
        alice.check_page()
        alice.button("Change start").click()
        alice.check_page()
        dialog = alice.page.locator("#start-dialog")
        dialog.get_by_label("Time", exact=True).fill("10:30")
        alice.button("Save", dialog).click()
        alice.expect_text("10:30 AM")
        alice.page.set_viewport_size({"width": 360, "height": 740})
        alice.check_page()
        alice.button("Start now").click()
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice)["ENROLLED"] == 30


def test_all_of_it_works_without_javascript(
    chromium: Browser, workplace: Installation, tmp_path: Path
) -> None:
    soon = datetime.now() + timedelta(days=3)
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        enrolling.create_workflow(alice, TEMPLATE, "Plainly later")
        enrolling.upload(alice, people(tmp_path / "plain.csv", 12))
        enrolling.allow_new_contacts(alice)
        alice.button("Check first").click()
        expect(alice.button("Start and add 12 people")).to_be_visible()
        check, cookies = alice.page.url, alice.context.cookies()
    plain = chromium.new_context(base_url=workplace.url, java_script_enabled=False)
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(check)
    page.get_by_text("Start later, or spread over time").click()
    page.get_by_label("At a date and time").check()
    page.get_by_label("Date", exact=True).fill(f"{soon:%Y-%m-%d}")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_label("Spread over time").check()
    page.get_by_label("People at a time", exact=True).fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Enter how many people to add at a time")
    page.get_by_label("People at a time", exact=True).fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#when-plan")).to_contain_text("12 people in 3 portions")
    page.get_by_role("button", name="Schedule adding 12 people").click()
    expect(page).to_have_url(re.compile(r"/enrollments/[0-9a-f-]{36}$"))
    expect(page.locator("main")).to_contain_text("Starts in ")
    page.get_by_role("button", name="Cancel job").first.click()
    page.locator("#cancel-dialog").get_by_role("button", name="Cancel job").click()
    expect(page.locator("#job-status")).to_have_text("Canceled")
    plain.close()
