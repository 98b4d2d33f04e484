"""Jobs that stop by themselves: after their first rows, when too many fail, and until a second person
approves. With the keyboard only, on a phone in the dark, and without JavaScript."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.accounts.domain import Role
from tests.browser.job_scenes import BAD, GOOD, limit_approval
from tests.browser.test_journey_jobs import TEMPLATE, people
from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.users import add_user

BY_EMAIL = {"mapping": {"E-mail": "email"}}


@pytest.fixture(scope="module")
def carol(app: Flask) -> str:
    """The address of a second person who may approve jobs."""
    return add_user(app, "Carol", Role.MARKETER)


def test_first_rows_then_the_rest(
    chromium: Browser, workplace: Installation, app: Flask, api: ApiUser, tmp_path: Path, plain: Page
) -> None:
    with (
        BrowserUser(chromium, workplace.url) as alice,
        BrowserUser(chromium, workplace.url, 360, "dark") as phone,
    ):
        browsing.sign_in(alice.page)
        workflow = enrolling.create_workflow(alice, api, TEMPLATE, "Step by step")
        job = start_with_canary(alice, people(tmp_path / "careful.csv", 60))
        expect(alice.page.locator("#job-status")).to_have_text("First rows done")
        alice.expect_text(
            "The first 10 rows are done: 10 succeeded, 0 skipped, and 0 failed. The other 50 wait"
        )
        browsing.sign_in(phone.page)
        phone.expect_text("The first 10 rows are done")
        phone.page.goto(f"/enrollments/{job}")
        phone.check_page()
        assert enrolling.counts(alice) == {"ENROLLED": 10}
        alice.press(alice.button("Continue"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 60}
    plainly = api.add(workflow, [f"plain.{at}@example.com" for at in range(40)], brakes={"canary_rows": 10})
    api.wait(plainly, "paused")
    plain.goto(f"/enrollments/{plainly}")
    plain.get_by_role("button", name="Continue", exact=True).click()
    assert api.wait(plainly)["outcomes"] == {"ENROLLED": 40}
    enrolling.check_ledger(app, job)


def test_too_many_failures(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path, plain: Page
) -> None:
    workflow = api.create_workflow(TEMPLATE, "Worrying")
    jobs = []
    for name in ("worrying", "plain"):
        cells = [f"bad {at}" for at in range(BAD)] + [f"{name}.{at}@example.com" for at in range(GOOD)]
        file = enrolling.write_csv(tmp_path / f"{name}.csv", [{"E-mail": cell} for cell in cells])
        jobs.append(api.start(workflow, file, batch_size=10, selection=BY_EMAIL))
        api.wait(jobs[-1], "paused")
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(f"/enrollments/{jobs[0]}")
        alice.expect_text("rows failed, more than 50%.")
        expect(alice.page.locator("#job-status")).to_have_text("Paused: too many failures")
        alice.press(alice.button("Continue"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": GOOD, "VALIDATION_ERROR": BAD}
        alice.check_page()
    plain.goto(f"/enrollments/{jobs[1]}")
    plain.get_by_role("button", name="Continue", exact=True).click()
    assert api.wait(jobs[1])["outcomes"] == {"ENROLLED": GOOD, "VALIDATION_ERROR": BAD}


def test_a_second_person_decides(
    chromium: Browser, workplace: Installation, app: Flask, api: ApiUser, carol: str
) -> None:
    workflow = api.create_workflow(TEMPLATE, "Approved")
    with (
        BrowserUser(chromium, workplace.url) as alice,
        BrowserUser(chromium, workplace.url, 360, "dark") as phone,
        browsing.without_scripts(chromium, workplace.url, carol) as plain,
    ):
        browsing.sign_in(alice.page)
        limit_approval(alice, "20")
        names = ("approved", "refused", "refused on a phone", "approved on a phone")
        jobs = [
            api.add(workflow, [f"{name.replace(' ', '.')}.{at}@example.com" for at in range(30)])
            for name in names
        ]
        limit_approval(alice, "")
        alice.page.goto(f"/enrollments/{jobs[0]}")
        expect(alice.page.locator("#job-status")).to_have_text("Waiting for approval")
        alice.expect_text("Carol can approve it.")
        expect(alice.button("Approve")).to_have_count(0)
        plain.goto("/")
        expect(plain.locator("#attention")).to_contain_text("waits for another person’s approval")
        plain.goto(f"/enrollments/{jobs[0]}")
        plain.get_by_role("button", name="Approve", exact=True).click()
        expect(plain.locator("main [role=status]").first).to_contain_text("Approved.")
        plain.goto(f"/enrollments/{jobs[1]}")
        plain.get_by_role("button", name="Refuse", exact=True).click()
        plain.get_by_role("button", name="Refuse job").click()
        expect(plain.locator("#job-status")).to_have_text("Canceled")
        browsing.sign_in(phone.page, carol)
        phone.page.goto(f"/enrollments/{jobs[2]}")
        phone.expect_text("If it is approved, this is what happens")
        phone.check_page()
        phone.press(phone.button("Refuse"))
        phone.check_page()
        phone.press(phone.button("Refuse job"))
        expect(phone.page.locator("#job-status")).to_have_text("Canceled")
        phone.page.goto(f"/enrollments/{jobs[3]}")
        phone.press(phone.button("Approve"))
        assert api.wait(jobs[3])["outcomes"] == {"ENROLLED": 30}
        enrolling.wait_until_finished(alice)
        alice.page.reload()
        alice.expect_text("Approved by")
        assert enrolling.counts(alice) == {"ENROLLED": 30}
    enrolling.check_ledger(app, jobs[0])


def test_a_birthday_workflow_asks_first(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path, plain: Page
) -> None:
    rows = [
        {"E-mail": f"born.{at}@example.com", "Birthday": "1990-04-23" if at < 2 else ""} for at in range(5)
    ]
    file = enrolling.write_csv(tmp_path / "born.csv", rows)
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        workflow = enrolling.create_workflow(alice, api, "Simple birthday greeting", "Birthdays")
        plainly = api.check(workflow, file)
        enrolling.upload(alice, file)
        enrolling.allow_new_contacts(alice)
        alice.press(alice.button("Start now"))
        expect(alice.page).to_have_url(re.compile("/enrollments/checks/"))
        alice.expect_text(
            "They start at step 1 once you start the workflow, not 3 days before their birthday."
        )
        alice.expect_text("3 of 5 people have no birthday.")
        alice.check_page()
        alice.press(alice.button("Leave out 3 people"))
        alice.expect_text("People without a birthday are left out.")
        alice.press(alice.button("Add 2 people"))
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": 2, "VALUE_MISSING": 3}
        alice.check_page()
    plain.goto(plainly)
    plain.get_by_role("button", name="Only import the contacts").click()
    expect(plain.locator("#forecast")).to_be_visible(timeout=30_000)
    plain.get_by_role("button", name="Start", exact=True).or_(
        plain.get_by_role("button", name="Start anyway")
    ).click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("born.csv")


def start_with_canary(alice: BrowserUser, file: Path) -> str:
    """On the upload page, with the keyboard only: start a job whose first 10 rows run first."""
    enrolling.upload(alice, file)
    enrolling.allow_new_contacts(alice)
    alice.press(alice.page.locator("summary").filter(has_text="Pause for review"))
    field = alice.page.get_by_label("Pause after the first rows")
    alice.type(field, "ten")
    alice.press(alice.button("Start now"))
    alice.expect_text("Enter a number of rows such as 100, or a percentage such as 1%.")
    alice.ignore_errors("status of 422")
    expect(field).to_have_value("ten")
    alice.type(field, "10")
    alice.press(alice.button("Start now"))
    return enrolling.job_id(alice)
