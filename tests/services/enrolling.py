"""Browser steps from the upload of a file to a finished job."""

import csv
import re
from pathlib import Path

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser

SAMPLE_FILE = "500 sample contacts.csv"


def create_workflow(user: BrowserUser, api: ApiUser, template: str, name: str) -> str:
    """Create and activate a workflow from a template and open its upload page. Return the workflow's path."""
    workflow = api.create_workflow(template, name)
    user.page.goto(f"{workflow}/enroll")
    return workflow


def choose_file(user: BrowserUser, file: Path) -> None:
    """On the upload page, choose a file and submit it."""
    user.page.set_input_files("input[type=file]", file)
    user.button("Upload and review").click()


def upload(user: BrowserUser, file: Path) -> None:
    """On the upload page, submit a file and wait for the mapping page."""
    choose_file(user, file)
    expect(user.page.get_by_role("heading", level=1)).to_have_text(file.name)


def allow_new_contacts(user: BrowserUser) -> None:
    """On the mapping page, allow new contacts with a legal basis."""
    user.page.get_by_label("Add new contacts").check()
    user.page.get_by_label("Legal basis for contacting").select_option("opt_in")


def wait_until_finished(user: BrowserUser) -> None:
    """On the job page, wait until the job is finished and its panel is no longer polled. All rows are then
    processed, unless it was canceled."""
    expect(user.page.locator("#job-panel:not([hx-trigger])")).to_be_visible(timeout=150_000)
    percent = user.page.locator("#job-panel:not([data-title=Canceled]) .progress-percent")
    assert percent.all_inner_texts() in ([], ["100%"])


def check_ledger(app: Flask, *jobs: str) -> None:
    """Run `flask verify-job` on an installation, in this process, which has loaded its app."""
    for job in jobs:
        verified = app.test_cli_runner().invoke(args=["verify-job", job])
        assert verified.exit_code == 0, verified.output


def counts(user: BrowserUser) -> dict[str, int]:
    """Return {outcome: rows} from the panel of the job page."""
    found = user.page.locator("#job-panel .count").all()
    return {one.get_attribute("data-outcome") or "": _number(one.locator("dd").inner_text()) for one in found}


def checkup(user: BrowserUser) -> dict[str, int]:
    """Return {label: count} from the check-up on the mapping page."""
    found = user.page.locator("#checkup .stat").all()
    return {
        one.locator(".stat-label").inner_text(): _number(one.locator(".stat-value").inner_text())
        for one in found
    }


def job_download(user: BrowserUser, rows: str) -> Locator:
    """Open the menu of downloads on the job page; return the link to the rows whose name begins like that."""
    menu = user.page.locator(".download-menu")
    menu.locator("summary").click()
    return menu.get_by_role("link", name=re.compile(f"^{rows}"))


def job_id(user: BrowserUser) -> str:
    """Return the id of the job on the current page."""
    return job_of(user.page)


def job_of(page: Page) -> str:
    """Return the id of the job that a page shows."""
    expect(page).to_have_url(re.compile(r"/enrollments/[0-9a-f-]{36}(\?|#|$)"))
    found = re.search(r"/enrollments/([0-9a-f-]{36})", page.url)
    assert found
    return found[1]


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Read the rows of a downloaded CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows to a CSV file and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _number(text: str) -> int:
    return int(text.replace(",", ""))
