"""After a job: failed rows fixed in the browser and run, rows tried again, the job undone, its figures
verified (B-24, B-26). With the keyboard only, and without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def finished_job(api: ApiUser, name: str, folder: Path, more: int = 0) -> str:
    """A job of five people, whose addresses tell of the job; only the first one can be added, and none of
    the people of `more` rows."""
    of = name.lower().replace(" ", ".")
    mails = (f"ann.{of}@example.com", f"ben.{of} at example", f"cleo.{of}@gmail,com", f"dora.{of}@gmail,com")
    names = ("Ann", "Ben", "Cleo", "Dora", "Eve")
    rows = [{"E-mail": mail, "First name": one} for mail, one in zip((*mails, "nobody"), names, strict=True)]
    rows += [{"E-mail": f"nobody {at}", "First name": f"No. {at}"} for at in range(more)]
    workflow = api.create_workflow("New lead welcome", name)
    job = api.start(workflow, enrolling.write_csv(folder / f"{name}.csv", rows))
    api.wait(job)
    return job


@pytest.fixture(scope="module")
def retried(api: ApiUser) -> str:
    """The path of an active workflow."""
    return api.create_workflow("New lead welcome", "Tried again")


def canceled_job(api: ApiUser, workflow: str, name: str) -> str:
    """A job of which nothing was done."""
    later = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT09:00:00Z}"
    job = api.add(workflow, [f"{name}.{at}@example.com" for at in range(3)], scheduled_at=later)
    api.cancel(job)
    return job


def test_rows_are_fixed_with_the_keyboard(
    chromium: Browser, workplace: Installation, app: Flask, api: ApiUser, tmp_path: Path
) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        job = finished_job(api, "Fixed by hand", tmp_path)
        alice.page.goto(f"/enrollments/{job}")
        alice.press(alice.button("Fix 4 rows"))
        expect(alice.page).to_have_url(re.compile(f"/enrollments/{job}/fix$"))
        alice.expect_text("4 rows need fixing.")
        alice.check_page()
        alice.press(alice.button("Fix all 2"))
        alice.expect_text("2 rows need fixing, 2 rows are ready to run.")
        cell = alice.page.get_by_label("E-mail, row 2")
        expect(cell).to_have_attribute("aria-invalid", "true")
        alice.type(cell, "ben.fix@example.com")
        alice.page.keyboard.press("Tab")
        alice.expect_text("1 row needs fixing, 3 rows are ready to run.")
        expect(alice.page.get_by_label("First name, row 2")).to_be_focused()
        expect(alice.page.locator("#fixing-row-2")).to_contain_text("Fixed.")
        alice.check_page()
        alice.press(alice.page.get_by_label("Leave out row 5"), "Space")
        alice.expect_text("0 rows need fixing, 3 rows are ready to run.")
        with BrowserUser(chromium, workplace.url, 360, "dark") as phone:
            browsing.sign_in(phone.page)
            phone.page.goto(f"/enrollments/{job}/fix?state=ready")
            expect(phone.page.get_by_label("E-mail, row 3")).to_have_value("cleo.fixed.by.hand@gmail.com")
            phone.check_page()
        alice.press(alice.button("Run 3 fixed rows"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 3}
        alice.expect_text("Retry of")
        again = enrolling.job_id(alice)
        alice.page.goto("/")
        expect(alice.page.locator("#attention")).not_to_contain_text("Fixed by hand")
    enrolling.check_ledger(app, job, again)


def test_rows_are_tried_again_and_undone_with_the_keyboard(
    chromium: Browser, workplace: Installation, api: ApiUser, retried: str
) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        canceled = canceled_job(api, retried, "keyboard")
        alice.page.goto(f"/enrollments/{canceled}")
        alice.press(alice.button("Retry 3 rows"))
        expect(alice.page).not_to_have_url(re.compile(canceled))
        enrolling.wait_until_finished(alice)
        job = enrolling.job_id(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 3}
        alice.press(alice.link("Undo"))
        alice.press(alice.button("Show what can be undone"))
        alice.expect_text("3 of 3 people can be removed from Tried again.")
        alice.check_page()
        alice.press(alice.button("Undo this enrollment"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"WITHDRAWN": 0, "CONTACT_REMOVED": 3}
        alice.check_page()
        alice.press(alice.link("Verify figures"))
        alice.press(alice.button("Verify now"))
        alice.expect_text("Everything adds up.")
        alice.page.goto(f"/enrollments/{job}")
        alice.expect_text("Undone by")


def test_without_javascript(plain: Page, api: ApiUser, retried: str, tmp_path: Path) -> None:
    job = finished_job(api, "Without scripts", tmp_path)
    plain.goto(f"/enrollments/{job}")
    plain.get_by_role("button", name="Fix 4 rows").click()
    plain.get_by_label("E-mail, row 2").fill("ben.plain@example.com")
    plain.get_by_label("E-mail, row 5").fill("still not an address")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.locator("main")).to_contain_text("Saved. 1 row still needs fixing.")
    expect(plain.get_by_label("E-mail, row 5")).to_have_value("still not an address")
    plain.get_by_label("Leave out row 5").check()
    plain.get_by_role("button", name="Save", exact=True).click()
    plain.get_by_role("button", name="Fix all 2").click()
    plain.get_by_role("button", name="Undo fix").click()
    plain.get_by_role("button", name="Fix all 2").click()
    plain.get_by_role("button", name="Run 3 fixed rows").click()
    expect(plain).not_to_have_url(re.compile(job))
    expect(plain.locator("main")).to_contain_text("3 people were added to Without scripts.", timeout=30_000)
    plain.goto(f"/enrollments/{job}/undo")
    plain.get_by_role("button", name="Show what can be undone").click()
    expect(plain.locator("main")).to_contain_text("can be removed from Without scripts", timeout=30_000)
    plain.get_by_role("button", name="Undo this enrollment").click()
    expect(plain.locator("main")).to_contain_text("Undone: 1 person", timeout=30_000)
    canceled = canceled_job(api, retried, "plain")
    plain.goto(f"/enrollments/{canceled}")
    plain.get_by_role("button", name="Retry 3 rows").click()
    expect(plain).not_to_have_url(re.compile(canceled))
    expect(plain.locator("main")).to_contain_text("3 people were added to Tried again.", timeout=30_000)
    plain.get_by_role("link", name="Verify figures").click()
    plain.get_by_role("button", name="Verify now").click()
    expect(plain.locator("main")).to_contain_text("Everything adds up.", timeout=30_000)


def test_what_needs_attention_is_dismissed_and_called_back(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path, plain: Page
) -> None:
    """With the keyboard only, and without JavaScript."""
    job = finished_job(api, "Put aside", tmp_path, more=60)
    dismiss = "Dismiss Put aside"
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        attention = alice.page.locator("#attention")
        alice.press(alice.button(dismiss))
        expect(attention).to_contain_text("Dismissed “Put aside”.")
        alice.check_page()
        alice.press(alice.button("Undo", attention))
        expect(alice.button(dismiss)).to_be_visible()
        open_page_by_page(alice, job)
    plain.goto("/")
    plain.get_by_role("button", name=dismiss).click()
    plain.locator("#attention").get_by_role("button", name="Undo", exact=True).click()
    plain.get_by_role("button", name=dismiss).click()
    expect(plain.locator("#attention")).to_contain_text("Dismissed “Put aside”.")
    plain.goto("/")
    expect(plain.locator("#attention")).not_to_contain_text("Put aside")
    plain.goto(f"/enrollments/{job}/fix")
    plain.get_by_label("E-mail, row 2", exact=True).fill("ben.aside@example.com")
    plain.get_by_role("button", name="Save and show next").click()
    expect(plain.locator("#fixing-summary")).to_contain_text("60 rows need fixing, 2 rows are ready to run.")
    expect(plain.get_by_label("E-mail, row 2", exact=True)).to_have_count(0)
    plain.get_by_role("button", name="Leave out all 60").click()
    expect(plain.locator("main")).to_contain_text("No rows left to fix")


def open_page_by_page(alice: BrowserUser, job: str) -> None:
    """Fix the first row on the second page of the sheet, and leave out rows with the same error."""
    alice.page.goto(f"/enrollments/{job}")
    alice.press(alice.button("Fix 64 rows"))
    alice.expect_text("64 rows need fixing.")
    alice.press(alice.button("Save and show next"))
    cell = alice.page.get_by_label("E-mail, row 28", exact=True)
    alice.type(cell, "no.28@example.com")
    alice.press(alice.button("Save and show next"))
    alice.expect_text("63 rows need fixing, 1 row is ready to run.")
    alice.check_page()
    alice.press(alice.button("Leave out all 2"))
    alice.expect_text("61 rows need fixing, 1 row is ready to run.")
