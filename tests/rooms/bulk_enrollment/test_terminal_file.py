"""At the terminal, too, people see how a file was read and can say how it should be (B-20)."""

import re

import pytest

from app.bulk_enrollment.presentation.jobs import commands
from tests.rooms.files.test_workbooks import HEADER, XI, workbook
from tests.unit.files.contact_files import DATA


@pytest.fixture
def run(app, alice, tmp_path, monkeypatch):
    """Runs `flask import` on a file; without a worker it ends after it has told what it read."""
    monkeypatch.setattr(commands, "PATIENCE_SECONDS", 0)

    def result(content: bytes, *options: str, name: str = "people.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return app.test_cli_runner().invoke(args=["import", str(path), *options])

    return result


def test_what_will_be_left_out_is_printed(run):
    rows = b"ann@example.com,0151 23456789,02/30/1990\nbob@example.com,no idea,04/23/1990\n"
    told = run(b"Email,Phone,Birthday\n" + rows).stderr
    assert "Birthday: 1 unreadable date left out (row 1, line 2: 02/30/1990)" in told
    assert "Phone: 1 unreadable phone number left out (row 2, line 3: no idea)" in told


def test_another_column_of_addresses_is_offered(run):
    rows = b"Work email,Home email,Name\nann@example.com,,Ann\n,bob@example.org,Bob\n"
    told = run(rows).stderr
    assert "Home email has addresses too. To use them where Work email has none:" in told
    assert "--map 'Home email=second_email'" in told
    assert "has addresses too" not in run(rows, "--map", "Home email=second_email").stderr


def test_what_was_guessed_is_printed(run):
    told = run((DATA / "reports/35_salesforce_report.csv").read_bytes()).stderr
    assert "people.csv: 4 rows, comma-separated, ASCII, header in line 1" in told
    assert re.search(r"^  Email +email \(matches contacts\)$", told, re.MULTILINE)
    assert "Skipped 6 notes, totals and footers (line 8: Grand Totals (4 records))" in told


def test_the_commands_own_words_are_not_mixed_with_logs(run, caplog):
    run(b"Email\nann@example.com\n")
    assert [record for record in caplog.records if record.levelname == "INFO"] == []


def test_encoding_delimiter_and_header_can_be_said(run):
    polish = (DATA / "reports/04_windows1250_pl.csv").read_bytes()
    assert "semicolon-separated, Windows-1250 (Central European)" in run(polish).stderr
    assert "ISO-8859-2 (Central European)" in run(polish, "--encoding", "ISO-8859-2").stderr
    assert "comma-separated" in run(polish, "--delimiter", "comma").stderr
    assert "no header row" in run(polish, "--header-row", "0").stderr


def test_the_identifier_is_guessed_or_said(run):
    phones = b"Phone,Email\n+4915112345678,ann@example.com\n"
    assert "Email  email (matches contacts)" in run(phones).stderr
    assert "Phone  phone (matches contacts)" in run(phones, "--identifier", "phone").stderr
    assert "Phone  phone (matches contacts)" in run(b"Phone,City\n+4915112345678,Bonn\n").stderr


def test_another_sheet_of_people_who_said_no_is_pointed_out(run):
    content = workbook(**{"Newsletter": [HEADER, XI], "Opt outs": [HEADER, XI]})
    told = run(content, name="both.xlsx").stderr
    assert "Sheet “Opt outs” may list people who don’t want to be contacted." in told
    assert "--sheet 'Opt outs' first." in told
    assert "may list people" not in run(content, "--sheet", "Opt outs", name="both.xlsx").stderr


def test_a_sheet_can_be_said(run):
    content = workbook(Staff=[HEADER, XI], Members=[HEADER, XI, ["bob@example.com", "Bob", None, None]])
    assert "2 rows, sheet “Members”" in run(content, name="both.xlsx").stderr
    assert "1 row, sheet “Staff”" in run(content, "--sheet", "Staff", name="both.xlsx").stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--encoding", "klingon"), "--encoding klingon: use one of utf-8,"),
        (("--encoding", "rot13"), "--encoding rot13: use one of"),
        (("--delimiter", "x"), "--delimiter x: use comma, semicolon, tab or pipe."),
        (("--sheet", "Staff"), "--sheet Staff: the file has no such sheet."),
    ],
)
def test_what_does_not_fit_is_refused(run, options, sentence):
    answer = run(b"Email\nann@example.com\n", *options)
    assert answer.exit_code == 1
    assert sentence in answer.stderr


def test_dates_and_phones_are_decided_printed_and_can_be_said(run):
    phones = (DATA / "reports/86_phones_no_plus.csv").read_bytes()
    assert "SMS: Numbers without a + are read with their country code" in run(phones).stderr
    assert "read as numbers of your country" in run(phones, "--phones", "national").stderr
    dates = (DATA / "reports/19b_dates_month_first.csv").read_bytes()
    assert "birthday: 04/23/1990 is read as April 23, 1990." in run(dates).stderr
    mixed = b"Email,Birthday\na@example.com,04/23/1990\nb@example.com,23/04/1990\nc@example.com,03/04/1990\n"
    asked = run(mixed)
    assert asked.exit_code == 1
    assert "Use --dates day-first or --dates month-first." in asked.stderr
    assert "is read as April 23, 1990" in run(mixed, "--dates", "month-first").stderr
