"""After a job: failed rows fixed in the browser and run, the job undone, its figures verified (B-24,
B-26)."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.services import browsing, enrolling
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def rows(name: str) -> list[dict[str, str]]:
    """Five people, whose addresses tell of the job; only the first one can be added."""
    of = name.lower().replace(" ", ".")
    mails = (f"ann.{of}@example.com", f"ben.{of} at example", f"cleo.{of}@gmail,com", f"dora.{of}@gmail,com")
    names = ("Ann", "Ben", "Cleo", "Dora", "Eve")
    return [{"E-mail": mail, "First name": one} for mail, one in zip((*mails, "nobody"), names, strict=True)]


def finished_job(alice: BrowserUser, name: str, folder: Path) -> str:
    enrolling.create_workflow(alice, "New lead welcome", name)
    file = enrolling.write_csv(folder / f"{name}.csv", rows(name))
    enrolling.upload(alice, file)
    enrolling.allow_new_contacts(alice)
    alice.button("Start now").click()
    job = enrolling.job_id(alice)
    enrolling.wait_until_finished(alice)
    return job


def test_rows_are_fixed_with_the_keyboard(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        job = finished_job(alice, "Fixed by hand", tmp_path)
        alice.button("Fix 4 rows").press("Enter")
        expect(alice.page).to_have_url(re.compile(f"/enrollments/{job}/fix$"))
        alice.expect_text("4 rows need fixing.")
        alice.check_page()
        alice.button("Fix all 2").press("Enter")
        alice.expect_text("2 rows need fixing, 2 rows are ready to run.")
        cell = alice.page.get_by_label("E-mail, row 2")
        expect(cell).to_have_attribute("aria-invalid", "true")
        cell.focus()
        alice.page.keyboard.press("Control+A")
        alice.page.keyboard.type("ben.fix@example.com")
        alice.page.keyboard.press("Tab")
        alice.expect_text("1 row needs fixing, 3 rows are ready to run.")
        expect(alice.page.get_by_label("First name, row 2")).to_be_focused()
        expect(alice.page.locator("#fixing-row-2")).to_contain_text("Fixed.")
        alice.check_page()
        alice.page.get_by_label("Leave out row 5").press("Space")
        alice.expect_text("0 rows need fixing, 3 rows are ready to run.")
        with BrowserUser(chromium, workplace.url, 360, "dark") as phone:
            browsing.sign_in(phone.page)
            phone.page.goto(f"/enrollments/{job}/fix?state=ready")
            expect(phone.page.get_by_label("E-mail, row 3")).to_have_value("cleo.fixed.by.hand@gmail.com")
            phone.check_page()
        alice.button("Run 3 fixed rows").press("Enter")
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 3}
        alice.expect_text("Retry of")
        again = enrolling.job_id(alice)
        alice.page.goto("/")
        expect(alice.page.locator("#attention")).not_to_contain_text("Fixed by hand")
    for one in (job, again):
        verified = workplace.command("verify-job", one)
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_job_is_undone_and_verified(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        job = finished_job(alice, "Undone", tmp_path)
        alice.link("Undo").press("Enter")
        alice.button("Show what can be undone").press("Enter")
        alice.expect_text("1 of 1 person can be removed from Undone.")
        alice.check_page()
        with BrowserUser(chromium, workplace.url, 360, "dark") as phone:
            browsing.sign_in(phone.page)
            phone.page.goto(f"/enrollments/{job}/undo")
            phone.expect_text("1 of 1 person can be removed from Undone.")
            phone.check_page()
        alice.button("Undo this enrollment").press("Enter")
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"WITHDRAWN": 0, "CONTACT_REMOVED": 1}
        alice.check_page()
        alice.link("Verify figures").press("Enter")
        alice.button("Verify now").press("Enter")
        alice.expect_text("Everything adds up.")
        alice.check_page()


def test_without_javascript(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        job = finished_job(alice, "Without scripts", tmp_path)
    plain = chromium.new_context(base_url=workplace.url, java_script_enabled=False)
    page = plain.new_page()
    browsing.sign_in(page)
    page.goto(f"/enrollments/{job}")
    page.get_by_role("button", name="Fix 4 rows").click()
    page.get_by_label("E-mail, row 2").fill("ben.plain@example.com")
    page.get_by_label("E-mail, row 5").fill("still not an address")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Saved. 1 row still needs fixing.")
    expect(page.get_by_label("E-mail, row 5")).to_have_value("still not an address")
    page.get_by_role("button", name="Run 1 fixed row").click()
    expect(page).not_to_have_url(re.compile(job))
    expect(page.locator("main")).to_contain_text("1 person was added to Without scripts.", timeout=30_000)
    page.goto(f"/enrollments/{job}/undo")
    page.get_by_role("button", name="Show what can be undone").click()
    expect(page.locator("main")).to_contain_text("can be removed from Without scripts", timeout=30_000)
    page.get_by_role("button", name="Undo this enrollment").click()
    expect(page.locator("main")).to_contain_text("Undone: 1 person", timeout=30_000)
    plain.close()
