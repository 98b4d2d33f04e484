"""What a person does in the browser between a template and a finished job, step by step."""

import csv
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.services.visitor import Visitor

SAMPLE_FILE = "500 sample contacts.csv"


def make_workflow(visitor: Visitor, template: str, name: str) -> str:
    """Make an active workflow of a template and end on its upload page. Returns the workflow's address."""
    visitor.page.goto("/templates")
    visitor.link(f"Use template {template}").click()
    visitor.page.get_by_label("Workflow name").fill(name)
    visitor.button("Create workflow").click()
    visitor.button("Activate and add people").click()
    anyway = visitor.button("Activate anyway")  # something that its messages need is missing
    expect(anyway.or_(visitor.page.locator("input[type=file]"))).to_be_visible()
    if anyway.is_visible():
        anyway.click()
    expect(visitor.page).to_have_url(re.compile("/enroll$"))
    return visitor.page.url.removesuffix("/enroll")


def choose_file(visitor: Visitor, file: Path) -> None:
    """On the upload page: choose a file and send it."""
    visitor.page.set_input_files("input[type=file]", file)
    visitor.button("Upload and review").click()


def upload(visitor: Visitor, file: Path) -> None:
    """The same, and be on the mapping page afterwards."""
    choose_file(visitor, file)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(file.name)


def add_strangers(visitor: Visitor) -> None:
    """On the mapping page: let people in who are new."""
    visitor.page.get_by_label("Add new contacts").check()
    visitor.page.get_by_label("Legal basis for contacting").select_option("opt_in")


def wait_for_end(visitor: Visitor) -> None:
    """On the job page: wait until nothing on it asks the server any more."""
    expect(visitor.page.locator("#job-panel:not([hx-trigger])")).to_be_visible(timeout=60_000)
    expect(visitor.page.locator("#running-jobs[hx-trigger]")).to_have_count(0)
    expect(visitor.page.locator("#job-panel .progress-percent")).to_have_text("100%")


def counts(visitor: Visitor) -> dict[str, int]:
    """Outcome → rows, as the panel of the job page shows them."""
    found = visitor.page.locator("#job-panel .count").all()
    return {one.get_attribute("data-outcome") or "": _number(one.locator("dd").inner_text()) for one in found}


def checkup(visitor: Visitor) -> dict[str, int]:
    """Label → figure of the check-up on the mapping page."""
    found = visitor.page.locator("#checkup .stat").all()
    return {
        one.locator(".stat-label").inner_text(): _number(one.locator(".stat-value").inner_text())
        for one in found
    }


def job_id(visitor: Visitor) -> str:
    """The id of the job whose page is shown."""
    expect(visitor.page).to_have_url(re.compile(r"/enrollments/[0-9a-f-]{36}(\?|#|$)"))
    found = re.search(r"/enrollments/([0-9a-f-]{36})", visitor.page.url)
    assert found
    return found[1]


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a download."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """A file with these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _number(text: str) -> int:
    return int(text.replace(",", ""))
