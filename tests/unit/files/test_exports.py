"""What the usual programs export is read and counted as the nine sample files say.  # B-20"""

import json

import pytest

from app.files.domain.columns.guesses import guess_columns
from tests.unit.files.contact_files import EXPORTS, cells, checkup_of, read

FILES = {
    # rows, good, duplicates, bad or blank, consent withheld, columns that are guessed
    "excel_german_semicolon.csv": (13, 9, 1, 3, 0, "E-Mail-Adresse first_name last_name phone tags"),
    "excel_sep_line.csv": (15, 11, 1, 3, 0, "Courriel first_name last_name phone"),
    "excel_unicode_text.csv": (15, 11, 1, 3, 0, "Email first_name last_name"),
    "google_contacts.csv": (
        15,
        11,
        1,
        3,
        0,
        "E-mail 1 - Value birthday company first_name last_name phone tags",
    ),
    "hubspot.csv": (15, 11, 1, 3, 0, "Email company country first_name last_name phone"),
    "mailchimp_subscribed.csv": (
        14,
        11,
        1,
        2,
        0,
        "Email Address country first_name last_name tags time_zone",
    ),
    "no_header_cr_only.csv": (14, 10, 1, 3, 0, "Column 1"),
    "outlook_windows1252.csv": (
        13,
        9,
        1,
        3,
        0,
        "E-mail Address birthday city company first_name last_name phone tags",
    ),
    "shopify_customers.csv": (
        15,
        11,
        1,
        3,
        5,
        "Email city company consent country first_name last_name phone sms_consent tags",
    ),
}


def check_up(name):
    table, rows = read((EXPORTS / name).read_bytes())
    guesses = guess_columns(table.layout, cells(rows))
    checkup = checkup_of(guesses)
    checkup.add_all(rows)
    return guesses, checkup.result()


@pytest.mark.parametrize("name", sorted(FILES))
def test_rows_good_duplicate_bad_and_consent(name):
    _, result = check_up(name)
    counted = (
        result.rows,
        result.good,
        result.duplicates,
        result.bad + result.blank,
        result.consent_withheld,
    )
    assert counted == FILES[name][:5]
    assert result.rows == result.good + result.duplicates + result.bad + result.blank


@pytest.mark.parametrize("name", sorted(FILES))
def test_columns_are_guessed(name):
    guesses, _ = check_up(name)
    email = [guess.name for guess in guesses if guess.field == "email"]
    others = sorted(guess.field for guess in guesses if guess.field not in ("email", "ignore"))
    assert " ".join(email + others) == FILES[name][5]


def test_every_export_is_counted():
    assert sorted(path.name for path in EXPORTS.iterdir()) == sorted(FILES)


def test_a_check_up_is_json_and_says_what_is_wrong_where():
    _, result = check_up("google_contacts.csv")
    facts = json.loads(json.dumps(result.as_json()))
    assert facts["problems"]["two_ats"] == {
        "sentence": "The address has two @ signs.",
        "count": 1,
        "samples": [{"row": 15, "line": 17, "text": "two@@example.com"}],
    }
    assert facts["problems"]["duplicate"]["samples"] == [
        {"row": 13, "line": 15, "text": "amelie.dubois@EXAMPLE.org"}
    ]
    assert facts["notes"]["first_of_several"]["samples"][0]["row"] == 5


def test_apostrophes_of_shopify_are_gone():
    _, rows = read((EXPORTS / "shopify_customers.csv").read_bytes())
    assert rows[0].cells[0] == "7210448300000"
    assert rows[1].cells[11] == "00123"
    assert rows[0].cells[13] == "+33612345678"
    assert rows[3].cells[2] == "O'Neill"
