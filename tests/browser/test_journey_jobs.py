"""What people do while a job runs and after it: watch, cancel, click twice, go back, sign out elsewhere."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Error, Page, Response, expect

from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

TEMPLATE = "New lead welcome"
MANY = 10_000  # the most that one job takes
FEWER = 2_000  # last long enough to be paused


def test_a_job_is_watched_and_cancelled(
    chromium: Browser, workplace: Installation, app: Flask, api: ApiUser, tmp_path: Path
) -> None:
    """B-06, B-13."""
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        workflow = api.create_workflow(TEMPLATE, "To be cancelled")
        job = open_long_job(alice, api, workflow, people(tmp_path / "many.csv", MANY))
        percents = watch(alice.page)
        expect(alice.page.locator(".progress-percent")).not_to_have_text("0%")
        expect(alice.page).to_have_title(re.compile("^[1-9][0-9]* ?% · To be cancelled"))
        alice.check_page()
        alice.page.reload()
        expect(alice.page.locator("#job-panel[hx-trigger]")).to_be_visible()
        alice.link("Contacts").click()
        alice.page.locator("#running-jobs").get_by_role("link").click()
        alice.button("Cancel job").first.click()
        dialog = alice.page.get_by_role("dialog")
        expect(dialog).to_contain_text(re.compile("haven’t been processed yet and will be skipped"))
        alice.check_page()
        alice.button("Cancel job", dialog).click()
        expect(alice.page.locator(".job-sentence")).to_contain_text(re.compile("^Cancel(ing|ed)"))
        enrolling.wait_until_finished(alice)
        expect(alice.page).to_have_title("Canceled · To be cancelled · Muster")
        expect(alice.button("Cancel job")).to_have_count(0)
        expect(alice.page.locator("body")).not_to_contain_text("Canceling")
        found = enrolling.counts(alice)
        assert set(found) == {"ENROLLED", "CANCELLED"} and sum(found.values()) == MANY, found
        done = f"{found['ENROLLED'] * 100 // MANY}%"
        expect(alice.page.locator(".progress-percent")).to_have_text(done)
        alice.check_page()
        assert len(percents) > 1 and percents == sorted(percents), percents
    enrolling.check_ledger(app, job)


def test_a_job_is_paused_and_resumed(
    chromium: Browser, workplace: Installation, app: Flask, api: ApiUser, tmp_path: Path, plain: Page
) -> None:
    """B-27. With the keyboard, on a phone in the dark, and without JavaScript."""
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        workflow = api.create_workflow(TEMPLATE, "To be paused")
        job = open_long_job(alice, api, workflow, people(tmp_path / "paused.csv", FEWER))
        expect(alice.page.locator(".progress-percent")).not_to_have_text("0%")
        alice.press(alice.button("Pause"))
        announced = alice.page.locator("#job-panel [role=status]")
        expect(announced).to_have_text(
            "Alice paused this job. Rows that aren’t processed yet wait until it is resumed."
        )
        expect(alice.button("Resume")).to_be_focused()
        expect(alice.button("Pause")).to_have_count(0)
        expect(alice.page.locator("#job-status")).to_have_text("Paused")
        reached = api.settled(job)
        assert 0 < reached < FEWER
        with BrowserUser(chromium, workplace.url, 360, "dark") as phone:
            browsing.sign_in(phone.page)
            phone.page.goto(f"/enrollments/{job}")
            phone.expect_text("Alice paused this job.")
            phone.check_page()
        alice.page.reload()
        assert enrolling.counts(alice)["ENROLLED"] == reached, "nothing is added during the pause"
        for button, words in (("Resume", "Resumed."), ("Pause", "Paused. Batches in progress will finish.")):
            plain.goto(f"/enrollments/{job}")
            plain.get_by_role("button", name=button, exact=True).click()
            expect(plain.locator("main [role=status]").first).to_contain_text(words)
        expect(alice.button("Resume")).to_be_visible()
        alice.press(alice.button("Resume"))
        expect(alice.button("Pause")).to_be_focused()
        alice.check_page()
        enrolling.wait_until_finished(alice)
        assert enrolling.counts(alice) == {"ENROLLED": FEWER}
    enrolling.check_ledger(app, job)


def test_a_job_is_followed_without_polling(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path
) -> None:
    """B-07: with the polls of the panel switched off, the event stream alone takes the page to the end."""
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.add_init_script(
            """document.addEventListener("htmx:config:request", (event) => {
                if (event.target.id === "job-panel" && event.detail.ctx.sourceEvent.type === "every")
                    event.preventDefault();
            }, true)"""
        )
        workflow = api.create_workflow(TEMPLATE, "Followed live")
        file = people(tmp_path / "live.csv", MANY // 20)
        open_long_job(alice, api, workflow, file, brakes={"canary_rows": 10})
        alice.button("Continue").click()
        enrolling.wait_until_finished(alice)
        expect(alice.page.locator("#job-status")).to_have_text("Completed")
        assert enrolling.counts(alice) == {"ENROLLED": MANY // 20}


def test_signing_out_elsewhere_ends_the_watching(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path
) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        workflow = api.create_workflow(TEMPLATE, "Watched in two windows")
        job = open_long_job(alice, api, workflow, people(tmp_path / "watched.csv", MANY))
        other = alice.context.new_page()
        other.goto("/")
        browsing.sign_out(other)
        expect(alice.page).to_have_url(re.compile("/sign-in"))
        alice.ignore_errors("status of 401")
        browsing.submit_credentials(alice.page)
        expect(alice.page).to_have_url(re.compile(f"/enrollments/{job}$"))
        api.cancel(job)
        expect(alice.page.locator("#job-status")).to_have_text(re.compile("^Cancel(ing|ed)$"))


def test_starting_twice_makes_one_job(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path
) -> None:
    """Double clicks, Back, reload and a second window."""
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        workflow = enrolling.create_workflow(alice, api, TEMPLATE, "Started once")
        enrolling.upload(alice, people(tmp_path / "once.csv", 30))
        enrolling.allow_new_contacts(alice)
        alice.button("Start now").dblclick()
        first = enrolling.job_id(alice)
        enrolling.wait_until_finished(alice)
        alice.page.reload()
        alice.page.go_back()
        alice.expect_text("You’ve used this file before")
        alice.page.go_forward()
        assert enrolling.job_id(alice) == first

        alice.page.goto(f"{workflow}/enroll")
        enrolling.upload(alice, people(tmp_path / "again.csv", 30))
        enrolling.allow_new_contacts(alice)
        alice.button("Check first").click()
        start = alice.button("Add 30 people")
        expect(start).to_be_visible()
        window = alice.context.new_page()
        window.goto(alice.page.url)
        late = window.get_by_role("button", name="Add 30 people")
        expect(late).to_be_visible()
        start.dblclick()
        second = enrolling.job_id(alice)
        late.click()
        expect(window).to_have_url(re.compile(f"/enrollments/{second}$"))
        enrolling.wait_until_finished(alice)
        alice.page.go_back()
        assert enrolling.job_id(alice) == second, "what has been started is not offered again"

        alice.page.goto("/enrollments")
        alice.page.get_by_label("Workflow", exact=True).select_option("Started once")
        expect(alice.page).to_have_url(re.compile("workflow="))
        expect(alice.page.locator("tbody tr")).to_have_count(2)


def people(path: Path, number: int) -> Path:
    """A file of so many people, whose addresses tell of the file."""
    everybody = range(1, number + 1)
    return enrolling.write_csv(
        path, [{"Name": f"Person {at}", "E-mail": f"{path.stem}.{at}@example.com"} for at in everybody]
    )


def open_long_job(alice: BrowserUser, api: ApiUser, workflow: str, file: Path, **options: Any) -> str:
    """Start a job of so many batches that there is time to do something, and open its page."""
    job = api.start(workflow, file, batch_size=10, **options)
    api.wait(job, "processing", "paused")
    alice.page.goto(f"/enrollments/{job}")
    return job


def watch(page: Page) -> list[int]:
    """A list that fills with the percentages that the panel brings."""
    percents: list[int] = []

    def note(answer: Response) -> None:
        if "/panel" in answer.url and answer.status == 200:  # 204: nothing new
            with suppress(Error):  # the page has been left before anybody read it
                found = re.search(r'class="progress-percent">(\d+)%', answer.text())
                percents.append(int(found[1]) if found else -1)

    page.on("response", note)
    return percents
