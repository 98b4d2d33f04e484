"""A list of one's own, on a phone in the dark: other words, another alphabet, one column matched by hand."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

LIST = """Kundenliste;;;
Stand: Oktober;;;

Vorname;Nachname;E-Mail-Adresse;Lieblingsfarbe
Jürgen;Groß;groß.jürgen@example.de;grün
Änne;Müller;aenne@example.de;blau
Änne;Müller;AENNE@Example.de;blau
Paul;;paul@@example.com;rot
Zoë;Süß;zoe@example.de;weiß
;;;
"""


def test_a_list_of_ones_own_on_a_phone(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path
) -> None:
    file = tmp_path / "Kunden Herbst.csv"
    file.write_bytes(LIST.encode("cp1252"))
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        enrolling.create_workflow(alice, api, "Simple three-email welcome", "Herbstgrüße")
        alice.check_page()
        enrolling.upload(alice, file)
        assert enrolling.checkup(alice) == {
            "Rows in file": 5,
            "Valid email addresses": 3,
            "New contacts": 3,
            "Duplicates": 1,
            "Invalid or blank": 1,
            "Opted out": 0,
        }
        for column, field in (
            ("Vorname", "first_name"),
            ("Nachname", "last_name"),
            ("E-Mail-Adresse", "email"),
        ):
            expect(alice.page.get_by_label(column, exact=True)).to_have_value(field)
        colour = alice.page.get_by_label("Lieblingsfarbe", exact=True)
        expect(colour).to_have_value("")
        colour.select_option(label="New field “Lieblingsfarbe”")
        enrolling.allow_new_contacts(alice)
        alice.check_page()
        alice.button("Check first").click()
        expect(alice.page.locator("#forecast")).to_have_text("3 people will be added to Herbstgrüße.")
        alice.check_page()
        alice.button("Add 3 people").click()
        enrolling.wait_until_finished(alice)
        alice.page.reload()
        expect(alice.page.locator(".tabs [aria-current]")).to_be_attached()
        assert alice.page.evaluate("scrollY") == 0, "a page opens at its top"
        assert enrolling.counts(alice) == {"ENROLLED": 3, "DUPLICATE_IN_SELECTION": 1, "VALIDATION_ERROR": 1}
        alice.check_page()
        alice.page.goto("/contacts?q=groß.jürgen")
        alice.link("Jürgen Groß").click()
        alice.expect_text("Lieblingsfarbe")
        alice.expect_text("grün")
        alice.expect_text("Herbstgrüße")
        alice.check_page()
        alice.page.goto("/contacts")
        alice.page.locator(".rail-menu summary").click()
        alice.link("Enrollments").click()
        alice.page.get_by_role("link", name=re.compile("^Herbstgrüße")).click()
        all_rows = alice.download(enrolling.job_download(alice, "All rows"), tmp_path)
        rows = enrolling.read_csv(all_rows, ";")
        assert [row["outcome"] for row in rows].count("ENROLLED") == 3 and len(rows) == 5, rows
        assert rows[0]["Lieblingsfarbe"] == "grün"
