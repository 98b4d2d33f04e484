"""What may stand in a contact's fields, and as which keys they are kept."""

import json
from datetime import date

import pytest

from app.contacts.domain import (
    FIELDS,
    STAGED,
    Status,
    ValueStyle,
    birthday_input,
    may_be_contacted,
    may_become,
    name_key,
    pack,
    read_fields,
    tag_key,
    tag_name,
)
from app.contacts.domain.names import clean, field_key
from app.platform.text.dates import DateStyle
from app.platform.text.formats import short_date
from tests.services.hangs import no_hang
from tests.unit.files.contact_files import report_rows


def test_a_row_becomes_columns():
    values, problems = read_fields(
        {
            "email": " Ann@Example.COM ",
            "phone": "0151 23456789",
            "first_name": "José",
            "last_name": "  ",
            "birthday": "1990-04-23",
        },
        "DE",
        {"plan": " gold ", "shoe": ""},
    )
    assert not problems
    assert values == {
        "email": "Ann@Example.COM",
        "email_key": "ann@example.com",
        "phone": "+4915123456789",
        "phone_key": "+4915123456789",
        "first_name": "José",
        "first_name_key": "jose",
        "birthday": "1990-04-23",
        "custom": {"plan": "gold"},
    }
    assert set(values) <= set(STAGED)
    assert json.loads(pack(values)) == values


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" america/new york ", "America/New_York"),
        ("america_slash_new_york", "America/New_York"),
        ("US/Eastern", "US/Eastern"),
        ("utc", "UTC"),
        ("localtime", None),
        ("GMT+1", None),
        ("Berlin", None),
    ],
)
def test_a_time_zone_has_a_known_name(text, zone):
    values, problems = read_fields({"time_zone": text})
    assert values.get("time_zone") == zone
    if zone is None:
        sentence = f"“{text}” isn’t a time zone. Enter its name, such as America/New_York."
        assert problems == {"time_zone": sentence}


def test_every_problem_is_named():
    _, problems = read_fields(
        {"email": "a b@example.com", "phone": "12", "company": "x" * 201, "birthday": "soon"},
        "DE",
        {"plan": "x" * 2001},
    )
    assert set(problems) == {"email", "phone", "company", "birthday", "plan"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": "nobody"}, "The address has no @ sign."),
        ({"email": "a b@example.com"}, "The address contains a space."),
        ({"phone": "12"}, "The phone number is too short."),
        ({"phone": "x"}, "This isn’t a phone number."),
        ({"company": "x" * 201}, "Company can have up to 200 characters; this has 201."),
        ({"first_name": "x" * 5000}, "First name can have up to 120 characters; this has 4,000."),
        (
            {"birthday": "soon" * 20},
            f"“{'soon' * 10}” isn’t a date. Enter it as YYYY-MM-DD, such as 1990-04-23.",
        ),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_a_value_that_cannot_be_kept_is_explained(given, sentence):
    assert read_fields(given, "DE") == ({}, {next(iter(given)): sentence})


def test_a_custom_value_that_is_too_long_is_explained():
    reading = read_fields({}, custom={"plan": "x" * 2000, "note": "x" * 2001})
    assert reading.problems == {"note": "note can have up to 2,000 characters; this has 2,001."}


@pytest.mark.parametrize(
    "key", [key for key in FIELDS if key not in ("email", "phone", "birthday", "time_zone")]
)
def test_a_value_may_be_as_long_as_its_limit(key):
    limit = FIELDS[key].limit
    assert read_fields({key: "x" * limit}).values[key] == "x" * limit
    assert set(read_fields({key: "x" * (limit + 1)}).problems) == {key}


def test_the_usual_style_of_dates_is_the_one_of_the_country():
    assert ValueStyle("US").date_style == DateStyle(month_first=True)
    assert ValueStyle("GB").date_style == DateStyle(month_first=False)
    assert ValueStyle("US", dates=DateStyle(month_first=False)).date_style == DateStyle(month_first=False)


@pytest.mark.parametrize("status", ["bounced", "unsubscribed", "blocked", "", None, "Active", "new"])
def test_only_active_contacts_may_be_contacted(status):
    assert may_be_contacted("active") is True
    assert may_be_contacted(status) is False


def test_the_first_of_several_addresses():
    assert read_fields({"email": "a@example.com ::: b@example.com"}).values["email_key"] == "a@example.com"


def names_in(**given):
    values = read_fields(given).values
    return values.get("first_name"), values.get("last_name")


def test_a_whole_name_fills_what_is_blank():
    assert names_in(full_name="Ann Mary Lee") == ("Ann Mary", "Lee")
    assert names_in(full_name="Ann Lee", first_name="", last_name=" ") == ("Ann", "Lee")
    assert names_in(full_name="Ann Mary Lee", first_name="Ann") == ("Ann", "Lee")
    assert names_in(full_name="Lee, Ann", last_name="Lee") == ("Ann", "Lee")
    assert names_in(full_name="Ann Lee", first_name="Bob", last_name="Ray") == ("Bob", "Ray")
    assert names_in(full_name="Acme Ltd", first_name="Bob") == ("Bob", None), "it is about somebody else"


def test_report_24c_an_empty_first_name_never_beats_the_whole_name():
    found = [
        names_in(full_name=full, first_name=first)
        for full, first, _ in report_rows("24c_full_name_and_first.csv")
    ]
    assert found == [("Ann", "Lee"), ("Bob", "Hay"), ("Cy", "Orr")]


def test_birthdays_follow_the_country_unless_the_column_says_otherwise():
    def read(text, country, **style):
        return read_fields({"birthday": text}, style=ValueStyle(country, **style)).values.get("birthday")

    assert read("03/04/1990", "GB") == "1990-04-03"
    assert read("03/04/1990", "US") == "1990-03-04"
    assert read("03/04/1990", "GB", dates=DateStyle(month_first=True)) == "1990-03-04"
    assert read("03/04/1990", "GB", dates=DateStyle(month_first=None)) is None


def test_a_birthday_without_a_year_is_kept_shown_and_read_again():
    kept = date.fromisoformat(read_fields({"birthday": "23 April"}).values["birthday"])
    assert short_date(kept) == "April 23"
    assert birthday_input(kept) == "--04-23"
    assert read_fields({"birthday": birthday_input(kept)}).values["birthday"] == kept.isoformat()
    assert short_date(date(1990, 4, 23)) == "Apr 23, 1990"
    assert birthday_input(date(1990, 4, 23)) == "1990-04-23"


def test_phones_follow_their_column():
    style = ValueStyle("DE", international=True)
    assert read_fields({"phone": "4915112345678"}, style=style).values["phone"] == "+4915112345678"


def test_whatever_the_values_they_cost_little():
    hostile = [
        "e\u0301\u0323" * 40_000,
        *(letter * 120_000 for letter in ("\u200b", " ", "@", ":", "1", "-", "(")),
    ]
    with no_hang():
        for text in hostile:
            read_fields(dict.fromkeys((*FIELDS, "full_name"), text), "DE", {"note": text})


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\u200bb", "  a   b\t"])
def test_what_databases_refuse_is_cleaned(text):
    assert clean(text) in ("a b", "a   b")


def test_half_a_character_is_left_out():
    assert clean("a\ud800b") == "ab"


def test_keys():
    assert name_key("  Müller-Lüdenscheidt   GROSS ") == "muller-ludenscheidt gross"
    assert name_key("Groß") == "gross"
    assert name_key("x" * 121) == "x" * 120
    assert pack({"first_name": "Änne", "custom": {}}) == '{"first_name":"Änne","custom":{}}'
    assert tag_name("  New\tLead ") == "New Lead"
    assert tag_key("New  LEAD") == tag_key("new lead")
    assert tag_key("resume") != tag_key("résumé")
    assert field_key("Größe (cm)") == "grosse_cm"
    assert field_key("生日") == field_key("生日 ") != field_key("姓名")


def test_consent_only_weakens():
    assert may_become(Status.ACTIVE, Status.UNSUBSCRIBED)
    assert may_become(Status.BOUNCED, Status.UNSUBSCRIBED)
    assert not may_become(Status.UNSUBSCRIBED, Status.BOUNCED)
    assert not any(may_become(status, Status.ACTIVE) for status in Status)
    assert not may_become(Status.BLOCKED, Status.UNSUBSCRIBED)
