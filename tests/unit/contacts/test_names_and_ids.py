"""Small rules that several rooms share: names of contacts, tags, and ids in texts."""

from types import SimpleNamespace

import pytest

from app.contacts.domain.names import field_key, full_name, tag_problem, title_of
from app.platform.ids import HIGHEST_ID, number_of
from app.platform.text.words import counted, joined


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("0012", 12),
        ("123456789012345678", 123456789012345678),
        (str(HIGHEST_ID), HIGHEST_ID),
        (str(HIGHEST_ID + 1), None),
        ("0", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_ids_are_as_large_as_their_column(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("VIP", ""),
        ("x" * 60, ""),
        ("x" * 61, "Tags can have up to 60 characters; this one has 61."),
        ("ß" * 31, "Tags can have up to 60 characters; this one has 31."),
        (" ", "Enter a tag name."),
        ("a\u2028b", ""),
        ("a,b", "Tags can’t contain commas."),
    ],
)
def test_one_rule_says_what_a_tag_may_be(tag, sentence):
    assert tag_problem(tag) == sentence


@pytest.mark.parametrize(
    ("first", "last", "email", "title"),
    [
        ("Ann", "Lee", "a@example.com", "Ann Lee"),
        (None, "Lee", "a@example.com", "Lee"),
        (None, None, "a@example.com", "a@example.com"),
        (None, None, None, "+4915112345678"),
        ("", "", "", "+4915112345678"),
    ],
)
def test_a_contact_is_called_by_name_or_address(first, last, email, title):
    person = SimpleNamespace(first_name=first, last_name=last, email=email, phone="+4915112345678", id=7)
    assert title_of(person) == title
    assert full_name(first, last) in ("", title)


def test_a_contact_that_says_nothing_is_called_by_its_id():
    assert title_of(SimpleNamespace(first_name="", last_name=None, email=None, phone="", id=7)) == "Contact 7"


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Größe (cm)", "grosse_cm"),
        (" _A__b_ ", "a_b"),
        ("Ünï 5", "uni_5"),
        ("x" * 70, "x" * 60),
        ("生日", "field_4ef51d13"),
        ("-", "field_97ddb3f8"),
    ],
)
def test_keys_of_custom_fields_stay_as_they_are(label, key):
    assert field_key(label) == key


def test_lists_and_counts_read_as_people_write_them():
    assert [joined([]), joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"], "or")] == [
        "",
        "a",
        "a and b",
        "a, b, or c",
    ]
    assert [counted(1, "row"), counted(1200, "row"), counted(0, "person", "people")] == [
        "1 row",
        "1,200 rows",
        "0 people",
    ]
