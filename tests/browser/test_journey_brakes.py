"""A job that stops after its first rows, and one that a second person has to approve: with the keyboard only,
on a phone in the dark, and without JavaScript."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from app import create_app
from app.accounts.application import add_person, terminal_actor
from app.accounts.domain import Role
from app.platform.settings import Settings
from tests.browser.test_journey_jobs import TEMPLATE, people
from tests.people import PASSWORD
from tests.services import browsing, enrolling
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

CAROL = "carol@example.com"


def test_first_rows_and_a_second_person(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    add_carol(workplace)
    with (
        BrowserUser(chromium, workplace.url) as alice,
        BrowserUser(chromium, workplace.url, 360, "dark") as phone,
    ):
        browsing.sign_in(alice.page)
        workflow = enrolling.create_workflow(alice, TEMPLATE, "Step by step")
        job = start_with_canary(alice, people(tmp_path / "careful.csv", 60))
        expect(alice.page.locator("#job-status")).to_have_text("First rows done")
        alice.expect_text(
            "The first 10 rows are done: 10 succeeded, 0 skipped, and 0 failed. The other 50 wait"
        )
        alice.check_page()
        browsing.sign_in(phone.page)
        phone.page.goto("/")
        phone.expect_text("The first 10 rows are done")
        phone.check_page()
        phone.page.goto(f"/enrollments/{job}")
        phone.check_page()
        assert enrolling.counts(alice) == {"ENROLLED": 10}
        alice.button("Continue").press("Enter")
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 60}

        set_limit(alice, "50")
        alice.page.goto(f"{workflow}/enroll")
        enrolling.upload(alice, people(tmp_path / "large.csv", 60))
        enrolling.allow_new_contacts(alice)
        alice.button("Start now").press("Enter")
        large = enrolling.job_id(alice)
        expect(alice.page.locator("#job-status")).to_have_text("Waiting for approval")
        alice.expect_text("Carol can approve it.")
        expect(alice.button("Approve")).to_have_count(0)
        alice.check_page()
        phone.page.goto(f"/enrollments/{large}")
        phone.expect_text("If it is approved, this is what happens")
        phone.check_page()
        approve_without_javascript(chromium, workplace, large)
        alice.page.reload()
        enrolling.wait_until_finished(alice)
        alice.expect_text("Approved by")
        assert enrolling.counts(alice) == {"ENROLLED": 60}
        set_limit(alice, "")
    for each in (job, large):
        verified = workplace.command("verify-job", each)
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_birthday_workflow_asks_first(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        enrolling.create_workflow(alice, "Simple birthday greeting", "Birthdays")
        rows = [
            {"E-mail": f"born.{at}@example.com", "Birthday": "1990-04-23" if at < 2 else ""}
            for at in range(5)
        ]
        enrolling.upload(alice, enrolling.write_csv(tmp_path / "born.csv", rows))
        enrolling.allow_new_contacts(alice)
        alice.button("Start now").click()
        expect(alice.page).to_have_url(re.compile("/enrollments/checks/"))
        alice.expect_text("They start at step 1 now, not 3 days before their birthday.")
        alice.expect_text("3 of 5 people have no birthday.")
        alice.check_page()
        alice.button("Leave out 3 people").press("Enter")
        alice.expect_text("People without a birthday are left out.")
        alice.check_page()
        alice.button("Start and add 2 people").press("Enter")
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 2, "VALUE_MISSING": 3}
        alice.check_page()


def start_with_canary(alice: BrowserUser, file: Path) -> str:
    """On the upload page, with the keyboard only: start a job whose first 10 rows run first."""
    enrolling.upload(alice, file)
    enrolling.allow_new_contacts(alice)
    alice.page.get_by_text("Pause for review", exact=True).press("Enter")
    field = alice.page.get_by_label("Pause after the first rows")
    field.press_sequentially("ten")
    alice.button("Start now").press("Enter")
    alice.expect_text("Enter a number of rows such as 100, or a percentage such as 1%.")
    alice.check_page()
    alice.ignore_errors("status of 422")
    expect(field).to_have_value("ten")
    field.fill("10")
    alice.button("Start now").press("Enter")
    return enrolling.job_id(alice)


def set_limit(alice: BrowserUser, rows: str) -> None:
    alice.page.goto("/settings/limits")
    alice.page.get_by_label("Rows without approval").fill(rows)
    alice.button("Save").press("Enter")
    alice.expect_text(f"up to {rows}" if rows else "no limit")
    alice.check_page()


def approve_without_javascript(chromium: Browser, workplace: Installation, job: str) -> None:
    plain = chromium.new_context(base_url=workplace.url, java_script_enabled=False)
    page = plain.new_page()
    page.goto("/sign-in")
    browsing.submit_credentials(page, CAROL, PASSWORD)
    page.goto("/")
    expect(page.locator("#attention")).to_contain_text("waits for another person’s approval")
    page.goto(f"/enrollments/{job}")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("main [role=status]").first).to_contain_text("Approved.")
    plain.close()


def add_carol(workplace: Installation) -> None:
    """A second person in the account of the installation."""
    from flask_security import hash_password

    app = create_app(Settings.from_environment(workplace.environment))
    with app.app_context():
        add_person(
            terminal_actor(None),
            email=CAROL,
            password=PASSWORD,
            hash_password=hash_password,
            name="Carol",
            role=Role.MARKETER,
        )
