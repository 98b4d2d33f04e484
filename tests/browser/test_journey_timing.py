"""Choosing when people are added: a preview, changes on the check and of a scheduled job, and times at which
clocks change. With the mouse, with the keyboard only, and without JavaScript (B-15, B-21)."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services import browsing, enrolling
from tests.services.api_user import WITHIN, ApiUser, repeatedly
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

TEMPLATE = "New lead welcome"
ZONE = "Europe/Berlin"
FORWARD = "so 2:30 AM doesn’t exist in Europe/Berlin. The job starts at 3:00 AM."
BACK = "so 2:30 AM occurs twice in Europe/Berlin. The job starts the first time."


@pytest.fixture(scope="module")
def later(api: ApiUser) -> str:
    """The path of an active workflow."""
    return api.create_workflow(TEMPLATE, "Later")


def people(path: Path, number: int) -> Path:
    rows = [{"E-mail": f"{path.stem}.{at}@example.com"} for at in range(number)]
    return enrolling.write_csv(path, rows)


def last_sunday(month: int) -> date:
    """The next last Sunday of a month with 31 days: when clocks in Berlin change."""
    today = date.today()
    for year in (today.year, today.year + 1):
        end = date(year, month, 31)
        found = end - timedelta(days=(end.weekday() + 1) % 7)
        if found > today:
            return found
    raise AssertionError


def test_a_job_is_scheduled_changed_and_started(
    chromium: Browser, workplace: Installation, later: str, tmp_path: Path
) -> None:
    soon = datetime.now() + timedelta(days=3)
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(f"{later}/enroll")
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
        alice.button("Check first").click()
        expect(alice.button("Schedule adding 30 people")).to_be_visible()
        alice.page.get_by_text("Change when they’re added").click()
        alice.page.get_by_label("All at once").check()
        alice.button("Save").click()
        expect(alice.page.locator("#when-plan")).not_to_contain_text("portions")
        alice.button("Schedule adding 30 people").click()
        enrolling.job_id(alice)
        alice.expect_text("Starts in ")
        alice.expect_text("30 people will be added to the workflow")
        alice.button("Change start").click()
        alice.check_page()
        dialog = alice.page.locator("#start-dialog")
        dialog.get_by_label("Time", exact=True).fill("10:30")
        alice.button("Save", dialog).click()
        alice.expect_text("10:30 AM")
        alice.page.set_viewport_size({"width": 360, "height": 740})
        alice.check_page()
        alice.press(alice.button("Start now"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice)["ENROLLED"] == 30


def test_with_the_keyboard_at_times_that_clocks_skip_or_repeat(
    chromium: Browser, workplace: Installation, later: str, tmp_path: Path
) -> None:
    forward, back = last_sunday(3), last_sunday(10)
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(f"{later}/enroll")
        enrolling.upload(alice, people(tmp_path / "clocks.csv", 24))
        enrolling.allow_new_contacts(alice)
        alice.press(page.locator("summary").filter(has_text="When to add them"))
        alice.press(page.get_by_label("At a date and time"), "Space")
        page.get_by_label("Time zone").select_option(ZONE)
        alice.type(page.get_by_label("Date", exact=True), f"{forward:%m%d%Y}")
        alice.type(page.get_by_label("Time", exact=True), "0230AM")
        plan = page.locator(".when-plan")
        expect(plan).to_contain_text(f"Clocks go forward on {forward:%B %-d}, {FORWARD}")
        alice.check_page()
        alice.type(page.get_by_label("Date", exact=True), f"{back:%m%d%Y}")
        expect(plan).to_contain_text(f"Clocks go back on {back:%B %-d}, {BACK}")
        alice.press(page.get_by_label("Spread over time"), "Space")
        alice.type(page.get_by_label("People at a time", exact=True), "8")
        for day in ("Monday", "Wednesday", "Friday"):
            alice.press(page.get_by_label(day, exact=True), "Space")
        expect(plan).to_contain_text("8 people a day on Tuesdays and Thursdays from 9:00 AM to 5:00 PM.")
        expect(plan).to_contain_text("24 people in 3 portions")
        alice.press(alice.button("Schedule"))
        job = enrolling.job_id(alice)
        alice.expect_text(BACK)
        alice.expect_text("8 people a day on Tuesdays and Thursdays")
        alice.check_page()
        alice.press(alice.button("Change start"))
        dialog = page.locator("#start-dialog")
        alice.type(dialog.get_by_label("Date", exact=True), f"{forward:%m%d%Y}")
        alice.press(alice.button("Save", dialog))
        alice.expect_text(FORWARD)
        alice.expect_text("3:00 AM")
        alice.press(alice.button("Cancel job"))
        alice.press(alice.button("Cancel job", page.get_by_role("dialog")))
        expect(page.locator("#job-status")).to_have_text("Canceled")
        assert enrolling.job_id(alice) == job
        assert enrolling.counts(alice)["CANCELLED"] == 24


def test_all_of_it_works_without_javascript(plain: Page, api: ApiUser, later: str, tmp_path: Path) -> None:
    soon, forward, back = datetime.now() + timedelta(days=3), last_sunday(3), last_sunday(10)
    plain.goto(api.check(later, people(tmp_path / "plain.csv", 12)))
    plain.get_by_text("Start later, or spread over time").click()
    plain.get_by_label("At a date and time").check()
    plain.get_by_label("Date", exact=True).fill(f"{soon:%Y-%m-%d}")
    plain.get_by_label("Time", exact=True).fill("09:00")
    plain.get_by_label("Spread over time").check()
    plain.get_by_label("People at a time", exact=True).fill("0")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text("Enter how many people to add at a time")
    plain.get_by_label("People at a time", exact=True).fill("5")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("#when-plan")).to_contain_text("12 people in 3 portions")
    plain.get_by_role("button", name="Schedule adding 12 people").click()
    expect(plain).to_have_url(re.compile(r"/enrollments/[0-9a-f-]{36}$"))
    expect(plain.locator("main")).to_contain_text("Starts in ")
    plain.get_by_role("button", name="Change start").click()
    dialog = plain.locator("#start-dialog")
    dialog.get_by_label("Date", exact=True).fill(f"{back:%Y-%m-%d}")
    dialog.get_by_label("Time", exact=True).fill("02:30")
    dialog.get_by_label("Time zone").select_option(ZONE)
    dialog.get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text(BACK)
    plain.get_by_role("button", name="Cancel job").first.click()
    plain.locator("#cancel-dialog").get_by_role("button", name="Cancel job").click()
    expect(plain.locator("#job-status")).to_have_text("Canceled")

    job = api.add(later, ["sooner@example.com"], scheduled_at=f"{soon:%Y-%m-%dT09:00:00Z}")
    plain.goto(f"/enrollments/{job}")
    plain.get_by_role("button", name="Start now").click()
    assert api.wait(job)["outcomes"] == {"ENROLLED": 1}

    upload = api.upload(people(tmp_path / "skipped.csv", 3))
    plain.goto(f"{later}/enroll/{upload}")
    plain.get_by_label("Skip new contacts").check()
    plain.get_by_text("When to add them", exact=True).click()
    plain.get_by_label("At a date and time").check()
    plain.get_by_label("Date", exact=True).fill(f"{forward:%Y-%m-%d}")
    plain.get_by_label("Time", exact=True).fill("02:30")
    plain.get_by_label("Time zone").select_option(ZONE)
    plain.get_by_role("button", name="Check first").click()
    expect(plain.locator("main")).to_contain_text(FORWARD)


def test_the_pace_of_a_job_is_changed(
    chromium: Browser, workplace: Installation, api: ApiUser, later: str, plain: Page
) -> None:
    """With the keyboard only, and without JavaScript."""
    hourly = {"people": 10, "unit": "hours"}
    job = api.add(later, [f"pace.{at}@example.com" for at in range(30)], drip=hourly)
    for seconds in repeatedly():
        if api.call("GET", f"/bulk-enrollment/jobs/{job}/progress")["processed"] == 10:
            break
        assert seconds < WITHIN
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto(f"/enrollments/{job}")
        alice.press(alice.link("Change pace"))
        alice.expect_text("The new one is for the 20 people who haven’t been added yet.")
        alice.type(page.get_by_label("People at a time", exact=True), "0")
        alice.press(alice.button("Save pace"))
        expect(page.get_by_role("alert").first).to_be_visible()
        alice.ignore_errors("status of 422")
        alice.check_page()
        alice.type(page.get_by_label("People at a time", exact=True), "5")
        expect(page.locator(".when-plan")).to_contain_text("20 people in 4 portions")
        alice.check_page()
        alice.press(alice.button("Save pace"))
        alice.expect_text("The new pace is saved.")
    plain.goto(f"/enrollments/{job}")
    plain.get_by_role("link", name="Change pace").click()
    expect(plain.get_by_label("People at a time", exact=True)).to_have_value("5")
    plain.get_by_label("All at once").check()
    plain.get_by_role("button", name="Save pace").click()
    expect(plain.locator("main")).to_contain_text("The new pace is saved.")
    assert api.wait(job)["outcomes"] == {"ENROLLED": 30}
