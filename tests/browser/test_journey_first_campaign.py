"""The way of a marketer on a new machine: from the first visit to a list of which everybody is in.

One long test, because each part stands on the one before, as it does for a person.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import building
from tests.services import browsing, enrolling
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

TEMPLATE = "Win back lapsed customers"
NAME = "Autumn win-back"
SUBJECT = 'We miss you, {{ contact.first_name | default: "friend" }}'
FIRST_EMAIL = "Send email What's new since your last order"


@pytest.fixture
def fresh_site(tmp_path: Path) -> Iterator[Installation]:
    """A Muster that nobody has visited yet, with two workers."""
    made = Installation(tmp_path / "data", WORKERS="2")
    try:
        yield made.start()
    finally:
        made.stop()


def test_from_the_first_visit_to_everybody_is_in(
    chromium: Browser, fresh_site: Installation, tmp_path: Path
) -> None:
    with BrowserUser(chromium, fresh_site.url) as alice:
        set_up(alice)
        find_a_template(alice)
        look_inside(alice)
        make_it_hers(alice)
        edit_a_text(alice)
        activate(alice)
        match_the_columns(alice)
        check_before_the_start(alice)
        first = start_and_watch(alice)
        look_at_the_rows(alice)
        second = mend_and_upload_again(alice, tmp_path)
        all_of_them_are_in(alice)
    for job in (first, second):
        verified = fresh_site.command("verify-job", job)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    logs = [fresh_site.log(name) for name in ("web", "worker-1", "worker-2", "clock")]
    assert "request_answered" in logs[0]
    assert not re.findall(r'^.*"level": "(?:error|critical)".*$|^Traceback.*$', "\n".join(logs), re.MULTILINE)


def set_up(alice: BrowserUser) -> None:
    expect(alice.page).to_have_url(re.compile("/setup$"))
    alice.check_page()
    browsing.set_up(alice.page)
    alice.expect_text("Three steps to your first campaign")
    alice.expect_text("0 of 3 done")
    alice.check_page()


def find_a_template(alice: BrowserUser) -> None:
    alice.link("Browse templates").click()
    cards = alice.page.locator(".template-card")
    expect(cards).not_to_have_count(1)
    building.listening(alice.page.locator("form:has(#gallery-search)"))
    alice.page.get_by_role("searchbox").fill("win back")
    expect(cards).to_have_count(2)
    expect(alice.page).to_have_url(re.compile(r"\?q=win(\+|%20)back"))
    alice.page.reload()
    expect(cards).to_have_count(2)
    alice.check_page()


def look_inside(alice: BrowserUser) -> None:
    opener = alice.link(TEMPLATE)
    opener.click()
    dialog = alice.page.get_by_role("dialog")
    expect(dialog).to_contain_text("19 days")
    alice.link("Send email Can we help you choose?", dialog).click()
    expect(dialog.get_by_role("complementary")).to_contain_text("Hi Nora,")
    alice.check_page()
    alice.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def make_it_hers(alice: BrowserUser) -> None:
    alice.link(f"Use template {TEMPLATE}").click()
    dialog = alice.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Payments not connected")
    name = alice.page.get_by_label("Workflow name")
    expect(name).to_be_focused()
    name.fill(NAME)
    alice.check_page()
    alice.button("Create without this step", dialog).click()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text(NAME)
    alice.expect_text("Made from Win back lapsed customers, version 1")
    alice.check_page()


def edit_a_text(alice: BrowserUser) -> None:
    alice.link(FIRST_EMAIL).click()
    subject = alice.page.get_by_label("Subject")
    subject.fill("We miss you, {{ contact.frist_name }}")
    alice.button("Save").click()
    dialog = alice.page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Did you mean {{ contact.first_name }}?")
    alice.check_page()
    subject.fill(SUBJECT)
    expect(dialog.locator("#message-preview")).to_contain_text("We miss you, Nora")
    alice.button("Save").click()
    expect(alice.link("Send email We miss you, [First name]")).to_be_focused()
    alice.check_page()


def activate(alice: BrowserUser) -> None:
    alice.button("Activate and add people").click()
    alice.expect_text("Your website isn’t set.")
    alice.check_page()
    alice.button("Activate anyway").click()
    alice.expect_text("Now choose who to add.")
    alice.check_page()
    alice.button("Use sample file").click()


def match_the_columns(alice: BrowserUser) -> None:
    expect(alice.page.get_by_role("heading", level=1)).to_have_text(enrolling.SAMPLE_FILE)
    expect(alice.page.get_by_label("E-mail", exact=True)).to_have_value("email")
    before = enrolling.checkup(alice)
    assert before["Rows in file"] == 500 and before["Duplicates"] and before["Invalid or blank"]
    alice.expect_text("41 email addresses may be misspelled")
    alice.button("Fix all").click()
    expect(alice.page.locator("main")).to_contain_text(re.compile(r"Fixed \d\d email addresses\."))
    alice.check_page()
    alice.page.get_by_label("Add new contacts").check()
    alice.button("Check first").click()
    expect(alice.page.get_by_role("alert")).to_contain_text(
        "Choose a legal basis for contacting new contacts."
    )
    alice.check_page()
    enrolling.allow_new_contacts(alice)
    alice.page.get_by_label("Tags to add").fill("win-back, autumn")
    alice.button("Check first").click()


def check_before_the_start(alice: BrowserUser) -> None:
    expect(alice.page).to_have_url(re.compile("/enrollments/checks/"))
    expect(alice.page.locator("#forecast")).to_contain_text(f"people will be added to {NAME}.")
    rows = alice.page.locator(".forecast-words").all_inner_texts()
    assert sum(int(words.split()[0].replace(",", "")) for words in rows) == 500, rows
    alice.check_page()


def start_and_watch(alice: BrowserUser) -> str:
    start = alice.page.get_by_role("button", name=re.compile("Add [0-9]+ people"))
    promised = int(start.inner_text().split()[-2])
    start.click()
    job = enrolling.job_id(alice)
    enrolling.wait_until_finished(alice)
    expect(alice.page).to_have_title(f"Done · {NAME} · Muster")
    expect(alice.page.locator("#problem-list tbody tr")).to_have_count(25)  # it is asked for after the panel
    expect(alice.page.locator("#running-jobs[hx-trigger]")).to_have_count(0)
    alice.page.wait_for_function("document.fonts.status === 'loaded'")
    assert alice.requests_while_idle() == [], "polling has ended"
    found = enrolling.counts(alice)
    assert found["ENROLLED"] == promised and sum(found.values()) == 500, found
    alice.expect_text(
        f"{promised} people were added to {NAME}. {found['VALIDATION_ERROR']} rows need fixing."
    )
    alice.check_page()
    return job


def look_at_the_rows(alice: BrowserUser) -> None:
    rows = alice.page.locator("#problem-list tbody tr")
    expect(rows).to_have_count(25)
    first, last = rows.first.text_content() or "", rows.last.inner_text().split(",")[0]
    alice.link("Next").click()
    expect(rows.first).not_to_have_text(first)
    assert int(rows.first.inner_text().split(",")[0]) > int(last)
    failed = enrolling.counts(alice)["VALIDATION_ERROR"]
    alice.page.locator("#problem-list").get_by_role("link", name=re.compile("^Needs fixing")).click()
    expect(rows).to_have_count(failed)
    expect(alice.page).to_have_url(re.compile("code=VALIDATION_ERROR"))
    number = rows.first.inner_text().split(",")[0]
    alice.page.get_by_role("searchbox").fill(number)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(f"{number}, line {int(number) + 1}")
    alice.check_page()
    alice.page.reload()
    expect(rows).to_have_count(1)
    alice.page.get_by_role("searchbox").fill("")
    expect(rows).to_have_count(failed)


def mend_and_upload_again(alice: BrowserUser, folder: Path) -> str:
    number = enrolling.counts(alice)["VALIDATION_ERROR"]
    failed = alice.download(enrolling.job_download(alice, "Failed rows"), folder)
    rows = enrolling.read_csv(failed)
    assert len(rows) == number and list(rows[0])[-2:] == ["outcome", "reason"], rows[:1]
    for at, row in enumerate(rows):
        row["E-mail"] = f"fixed.{at}@example.com"
    alice.page.locator(".more-menu summary").click()
    alice.link("Upload corrected file").click()
    enrolling.upload(alice, enrolling.write_csv(failed, rows))
    expect(alice.page.get_by_label("E-mail", exact=True)).to_have_value("email")
    alice.check_page()
    enrolling.allow_new_contacts(alice)
    alice.button("Start now").click()
    job = enrolling.job_id(alice)
    enrolling.wait_until_finished(alice)
    assert enrolling.counts(alice) == {"ENROLLED": number}
    alice.expect_text(f"{number} people were added to {NAME}.")
    alice.check_page()
    return job


def all_of_them_are_in(alice: BrowserUser) -> None:
    alice.link("Home").click()
    expect(alice.page.locator("main")).not_to_contain_text("Three steps to your first campaign")
    alice.link("Workflows").click()
    alice.link(NAME).click()
    alice.expect_text("Bulk enrollments")
    alice.check_page()
