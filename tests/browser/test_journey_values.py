"""Lists whose values need decisions: slips in addresses, garbled letters, date orders, an alphabet."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.services import browsing, enrolling
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

LIST = """Work Email,Other Email,Full Name,SMS,Birthday,Tags
ann.value@gmail.com,,"Lee, Ann",4915112345671,04/23/1990,"Gold value, Fair value"
"bob.value@gmail,com",,Dr. Bob Ray,33612345671,23/04/1990,Gold value
cleo.value at gmail.com,,ZoÃ« van Dyke,447911123003,03/04/1990,
,dan.value@example.com,Dan Poe,,soon,NULL
"""
POLISH = "Adres e-mail;Imię\npawel.value@example.com;Paweł\nzofia.value@example.com;Żaneta\n"


def test_a_list_that_needs_decisions(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    file = tmp_path / "Decisions.csv"
    file.write_text(LIST, encoding="utf-8")
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        alice.page.goto("/contacts/import")
        enrolling.upload(alice, file)
        alice.expect_text("1 row has garbled letters")
        alice.expect_text("2 email addresses can be corrected")
        alice.expect_text("Some dates have the day first and some the month")
        alice.expect_text("Numbers without a + are read with their country code")
        alice.expect_text("2 tags in this file, 2 new")
        alice.check_page()
        alice.button("Fix it").click()
        alice.expect_text("Fixed garbled letters in 1 row")
        expect(alice.page.locator("#mapping-columns")).to_contain_text("Zoë van Dyke")
        alice.button("Fix all").click()
        alice.expect_text("Fixed 2 email addresses")
        undo = alice.page.locator("#checkup .alert-success").filter(has_text="email addresses")
        alice.press(alice.button("Undo", undo))
        alice.expect_text("2 email addresses can be corrected")
        alice.press(alice.button("Fix all"))
        alice.expect_text("Fixed 2 email addresses")
        alice.button("Use it as second email").click()
        expect(alice.page.get_by_label("Other Email", exact=True)).to_have_value("second_email")
        alice.page.get_by_label("Legal basis for contacting").select_option(index=1)
        alice.button("Check first").click()
        expect(alice.page.get_by_role("alert").first).to_contain_text("Choose how 03/04/1990 is read")
        alice.check_page()
        with alice.page.expect_response(re.compile("/choices$")):
            alice.page.get_by_label("How to read Birthday").select_option("day_first")
        alice.expect_text("23/04/1990 is read as April 23, 1990")
        alice.page.reload()
        alice.expect_text("23/04/1990 is read as April 23, 1990")
        expect(alice.page.get_by_label("How to read Birthday")).to_have_value("day_first")
        expect(alice.page.get_by_label("Other Email", exact=True)).to_have_value("second_email")
        alice.expect_text("Fixed 2 email addresses")
        alice.button("Check first").click()
        expect(alice.page.locator("#forecast")).to_have_text("4 new contacts will be added.")
        alice.expect_text("Birthday: 1 value, for example row 4, line 5 soon")
        alice.check_page()
        alice.button("Start").click()
        enrolling.wait_until_finished(alice)
        alice.expect_text("Some values can’t be read and were left out")
        alice.check_page()
        alice.page.goto("/contacts?q=cleo.value@gmail.com")
        alice.link("Zoë van Dyke").click()
        alice.expect_text("+447911123003")


def test_an_alphabet_is_chosen(chromium: Browser, workplace: Installation, tmp_path: Path) -> None:
    file = tmp_path / "Polish list.csv"
    file.write_bytes(POLISH.encode("cp1250"))
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto("/contacts/import")
        enrolling.upload(alice, file)
        names = alice.page.locator("#mapping-columns")
        expect(names).to_contain_text("Paweł")
        for encoding, name in (("cp1252", "Pawe³"), ("cp1250", "Paweł")):
            alice.page.get_by_text("Change how the file is read").click()
            alice.page.get_by_label("Encoding").select_option(encoding)
            alice.button("Read file again").click()
            expect(names).to_contain_text(name)
        alice.page.reload()
        expect(names).to_contain_text("Paweł")
        alice.check_page()
