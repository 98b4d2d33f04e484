"""Pages in states that no link leads to: files that ask questions, dialogs, checks, jobs and their ends.

`furnish` brings them about once in an installation with sample data; each scene can then be shown in any
window of the owner, as often as one likes.
"""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.services import browsing, enrolling
from tests.services.browser_user import BrowserUser

REPORTS = Path(__file__).parents[1] / "data" / "reports"
Show = Callable[[Page], None]

CONSENT = """Email,First name,Newsletter,Status
ann@scene.example,Ann,yes,Active
bob@scene.example,Bob,no,Inactive
cleo@scene.example,Cleo,yes,Pending
dan@scene.example,Dan,maybe later,Archived
"""
VALUES = """Work Email,Other Email,Full Name,SMS,Birthday,Tags
ann@gmail.com,,"Lee, Ann",4915112345671,04/23/1990,"Gold, Fair"
"bob@gmail,com",,Dr. Bob Ray,33612345678,23/04/1990,Gold
cleo at gmail.com,,Cleo van Dyke,447911123003,03/04/1990,
paul@gmial.com,,Paul Moss,447911123004,soon,VIP
,dan@scene.example,Dan Poe,,,NULL
"""
GARBLED = """Email,First name,Company
jose@scene.example,JosÃ© MarÃ\xada,Caf\xc3© CentrÃ¡l
zoe@scene.example,ZoÃ«,R&amp;D &lt;Labs&gt;
"""
OUTCOMES = """Email,First name,Opted out
new.one@scene.example,Ann,no
new.two@scene.example,Bob,no
NEW.ONE@scene.example,Ann again,no
not an address,Cleo,no
,Dan,no
gone@scene.example,Eve,yes
a.very.long.address.of.somebody.with.many.names.in.it@department.of.something.scene.example,Fay,no
"""
WIDE = {"Email": "wide@scene.example"} | {f"Column {at} of a wide export": f"value {at}" for at in range(60)}
EMPTY = ("/", "/workflows", "/contacts", "/enrollments", "/contacts/imports", "/activity", "/enrollments/new")
"""Pages that look different in an installation without data."""


def furnish(browser: Browser, address: str, folder: Path) -> dict[str, Show]:
    """Name of the scene → what shows it. The owner has set the installation up with sample data."""
    with BrowserUser(browser, address) as alice:
        browsing.sign_in(alice.page)
        workflow = enrolling.create_workflow(alice, "New lead welcome", "Spring campaign")
        return (
            _mapping_pages(alice, workflow, folder)
            | _refused_file(folder)
            | _job_pages(alice, workflow, folder)
            | _workflow_pages(alice)
            | _dialogs(workflow)
        )


def _mapping_pages(alice: BrowserUser, workflow: str, folder: Path) -> dict[str, Show]:
    texts = {"consent": CONSENT, "values": VALUES, "garbled": GARBLED}
    files = {name: folder / f"{name}.csv" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, encoding="utf-8")
    files["wide"] = enrolling.write_csv(folder / "wide.csv", [WIDE])
    files |= {
        "encoding": REPORTS / "04_windows1250_pl.csv",
        "sheets": REPORTS / "87_two_sheets.xlsx",
        "salesforce": REPORTS / "35_salesforce_report.csv",
        "words": REPORTS / "82_consent_words.csv",
    }
    shows: dict[str, Show] = {}
    for name, file in files.items():
        alice.page.goto(f"{workflow}/enroll")
        enrolling.upload(alice, file)
        shows[f"mapping-{name}"] = at(alice.page.url)
    return shows | {"mapping-refused": _refused(shows["mapping-consent"])}


def _refused_file(folder: Path) -> dict[str, Show]:
    picture = folder / "not a list.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))

    def refused(page: Page) -> None:
        page.goto("/contacts/import")
        page.set_input_files("input[type=file]", picture)
        page.get_by_role("button", name="Upload and review").click()
        expect(page.locator("main")).to_contain_text("This is an image, not a contact file.")

    return {"upload-refused": refused}


def _job_pages(alice: BrowserUser, workflow: str, folder: Path) -> dict[str, Show]:
    file = folder / "outcomes.csv"
    file.write_text(OUTCOMES)
    alice.page.goto(f"{workflow}/enroll")
    enrolling.upload(alice, file)
    enrolling.allow_new_contacts(alice)
    alice.button("Check first").click()
    expect(alice.page.locator("#forecast")).to_be_visible()
    check = alice.page.url
    alice.page.goto(f"{workflow}/enroll")
    ended = folder / "ended.csv"
    ended.write_text(OUTCOMES.replace("scene", "ended"))
    enrolling.upload(alice, ended)
    enrolling.allow_new_contacts(alice)
    alice.button("Start now").click()
    job = enrolling.job_id(alice)
    enrolling.wait_until_finished(alice)
    done = alice.page.url
    many = [{"Email": f"long.{number}@scene.example"} for number in range(2_000)]
    long = enrolling.write_csv(folder / "long.csv", many)

    def running(page: Page) -> None:
        page.goto(f"{workflow}/enroll")
        page.set_input_files("input[type=file]", long)
        page.get_by_role("button", name="Upload and review").click()
        page.get_by_label("Add new contacts").check()
        page.get_by_label("Legal basis for contacting").select_option("opt_in")
        page.get_by_text("Advanced options", exact=True).click()
        page.get_by_label("Batch size").fill("10")
        page.get_by_role("button", name="Start now").click()
        expect(page.locator(".progress-percent")).not_to_have_text("0%")

    def asked_to_cancel(page: Page) -> None:
        running(page)
        page.get_by_role("button", name="Cancel job").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return {
        "check": at(check),
        "job-completed-with-errors": at(done),
        "job-rows-failed": at(f"{done}?code=VALIDATION_ERROR"),
        "correction-upload": at(f"{workflow}/enroll?corrects={job}"),
        "job-running": running,
        "job-cancel": asked_to_cancel,
    }


def _workflow_pages(alice: BrowserUser) -> dict[str, Show]:
    alice.page.goto("/templates?category=review_request")
    alice.link("Use template Review after the appointment").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_label("Workflow name").fill("Reviews, without a review page")
    dialog.locator("button[name=switch_off]").click()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("Reviews, without a review page")
    address = alice.page.url.partition("?")[0]
    return {
        "workflow-with-steps-off": at(address),
        "activation": at(f"{address}/activation"),
        "upload-to-draft": at(f"{address}/enroll"),
    }


def _dialogs(workflow: str) -> dict[str, Show]:
    def opened(address: str, name: str) -> Show:
        def show(page: Page) -> None:
            page.goto(address)
            page.locator("main").locator("a[data-dialog]").filter(has_text=re.compile(name)).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            page.wait_for_load_state("networkidle")

        return show

    return {
        "dialog-clone": opened("/templates", "^Use template"),
        "dialog-clone-without": opened("/templates?category=review_request", "^Use template Review after"),
        "dialog-preview": opened("/templates", "^Preview"),
        "dialog-step": opened(workflow, "Send email"),
        "gallery-no-match": at("/templates?q=zzzzzz"),
        "contacts-no-match": at("/contacts?q=zzzzzz"),
        "workflows-archived": at("/workflows?status=archived"),
        "people-failed": at(f"{workflow}/people?view=failed"),
    }


def at(address: str) -> Show:
    """What shows the page with that address."""

    def show(page: Page) -> None:
        page.goto(address)
        page.wait_for_load_state("networkidle")

    return show


def _refused(show: Show) -> Show:
    def refused(page: Page) -> None:
        show(page)
        page.get_by_role("button", name="Check first").click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return refused
