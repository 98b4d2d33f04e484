"""Addresses as keys: the fast check lets nothing in that email-validator refuses, and gives the same key."""

import random
import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from app.platform.addresses import (
    FAST_PATH_LENGTH,
    AddressProblem,
    email_key,
    email_keys,
    explain,
    first_email,
    has_country_code,
    read_phone,
    text_before_invisible,
    trimmed,
)
from tests.services.hangs import no_hang
from tests.unit.files.contact_files import report_rows

PIECES = [
    "a", "Z", "0", "9", ".", "..", "-", "--", "_", "@", "@@", "+", "'", "|", "!", '"', " ", "\t",
    "\n", "\0", "\\", ",", ";", ":", "(", ")", "[", "]", "<", ">", "é", "e\u0301", "ß", "ſ", "İ",
    "ı", "K", "Ω", "李", "。", "．", "＠", "\u200b", "\ufeff", "\xa0", "\u0338", "xn--",
    "xn--mnchen-3ya", "ab--", "com", "COM", "c0m", "co.uk", "example", "Example.Com", "local",
    "LOCAL", "test", "onion", "localhost", "invalid", "arpa", "teſt", "1.2.3.4", "a" * 30, "b" * 63,
    "c" * 64, "x.y", "-a", "a-", "_dmarc", "müller", "مثال", "😀", "١",
]  # fmt: skip


def of_library(text: str) -> str | None:
    try:
        address = validate_email(text.strip(), check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return None
    return unicodedata.normalize("NFC", address.local_part.lower()) + "@" + address.ascii_domain


def random_address(dice: random.Random) -> str:
    if dice.random() < 0.5:
        good = dice.choice(["ann.lee@mail.example.com", "Bob-99@a-b.example.org", "x_y+z@EXAMPLE.co.uk"])
        cut = dice.randrange(len(good))
        return good[:cut] + dice.choice(PIECES) + good[cut + dice.randint(0, 3) :]
    local = "".join(dice.choices(PIECES, k=dice.randint(0, 4)))
    domain = "".join(dice.choices(PIECES, k=dice.randint(0, 4)))
    return dice.choice(["{}@{}", "{}@{}.com", "{}@{}.example.org", "{}{}", "bob{}@{}.de"]).format(
        local, domain
    )


def agrees_with_library(text: str) -> None:
    key = email_key(text)
    expected = of_library(text)
    if len(text) <= FAST_PATH_LENGTH and email_keys._match_simple(text):
        assert expected is not None, f"the fast check accepts {text!r}, the library does not"
    if expected is not None:
        assert key == expected
    elif isinstance(key, str):  # only invisible characters at the ends, which the library does not trim
        assert of_library(trimmed(text)) == key


def test_fast_check_accepts_only_what_the_library_accepts_with_the_same_key():
    dice = random.Random(20)
    accepted = 0
    for _ in range(30_000):
        text = random_address(dice)
        agrees_with_library(text)
        accepted += bool(email_keys._match_simple(text))
    assert accepted > 500, "the corpus must hold enough good addresses to mean something"


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.emails(), st.text(max_size=40), st.builds("{}@{}".format, st.text(), st.text())))
def test_any_text_agrees_with_the_library_and_never_raises(text: str):
    agrees_with_library(text)


@settings(max_examples=300, deadline=None)
@given(st.builds("{}@example.com".format, st.text(min_size=1, max_size=20)))
def test_a_key_is_its_own_key(text: str):
    key = email_key(text)
    if isinstance(key, str):
        assert email_key(key) == key
        assert key == unicodedata.normalize("NFC", key)


@pytest.mark.parametrize("length", [62, 63, 64, 65, 66, 253, 254, 255, 320])
def test_long_labels_domains_and_addresses(length: int):
    agrees_with_library("a@" + "b" * length + ".com")
    agrees_with_library("a" * length + "@example.com")
    agrees_with_library("a@" + "b." * (length // 2) + "com")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("MaryAnn.Smith@Example.com", "maryann.smith@example.com"),
        ("  bob@example.com\xa0\u200b ", "bob@example.com"),
        ("groß@example.org", "groß@example.org"),
        ("GROSS@example.org", "gross@example.org"),
        ("jose\u0301@example.org", "josé@example.org"),
        ("anna@müller.example", "anna@xn--mller-kva.example"),
        ("anna@XN--MLLER-KVA.example", "anna@xn--mller-kva.example"),
        ("priya.nair+news@example.in", "priya.nair+news@example.in"),
        ("o'neill@example.ie", "o'neill@example.ie"),
    ],
)
def test_keys(text: str, key: str):
    assert email_key(text) == key


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "blank"),
        (" \xa0\u200b", "blank"),
        ("not-an-address", "no_at"),
        ("two@@example.com", "two_ats"),
        ("a@b@example.com", "two_ats"),
        ("a@b@c@example.com", "many_ats"),
        ("bob＠example.com", "odd_at"),
        ("Bob <bob@example.com>", "with_name"),
        ("mailto:bob@example.com", "with_name"),
        ("bob smith@example.com", "space"),
        ("@example.com", "no_local"),
        ("bob@", "no_domain"),
        ("b" * 250 + "@example.com", "too_long"),
        ("bob..smith@example.com", "dots"),
        (".bob@example.com", "dots"),
        ("bob@example.com.", "dots"),
        ('"bob smith"@example.com', "quoted"),
        ("bob@[192.0.2.1]", "ip_domain"),
        ("bob@example", "no_dot"),
        ("bob@printer.local", "reserved_domain"),
        ("bob@company.TEST", "reserved_domain"),
        ("bob@localhost", "reserved_domain"),
        ("bob@exa_mple.com", "bad_domain"),
        ("bob@-example.com", "bad_domain"),
        ("bob@192.0.2.1", "bad_domain"),
        ("bob,smith@example.com", "bad_local"),
    ],
)
def test_problems_have_a_slug_and_a_sentence(text: str, slug: str):
    problem = email_key(text)
    assert isinstance(problem, AddressProblem)
    assert problem.value == slug
    assert problem.sentence == explain(slug)
    assert problem.sentence.endswith(".")


def test_every_problem_has_a_sentence():
    for problem in AddressProblem:
        assert problem.sentence
    assert explain("two_ats") == "The address has two @ signs."


@pytest.mark.parametrize(
    ("cell", "key", "problem", "note"),
    [
        (
            "lukasz.nowak@example.pl ::: l.nowak@example.org",
            "lukasz.nowak@example.pl",
            None,
            "first_of_several",
        ),
        (" ::: bob@example.com", "bob@example.com", None, "only_address"),
        ("nonsense ::: bob@example.com", None, AddressProblem.NO_AT, None),
        ("bob@example.com; b@example.org", "bob@example.com", None, "first_of_several"),
        ("bob@example.com,b@example.org", "bob@example.com", None, "first_of_several"),
        ("bob@example.com, b", None, AddressProblem.LIST_BROKEN, None),
        ("bob@example,com", None, AddressProblem.COMMA, None),
        ("bob@example.com,b", None, AddressProblem.LIST_BROKEN, None),
        ("bob,smith@example.com", None, AddressProblem.LIST_BROKEN, None),
        ("bob smith@example.com", None, AddressProblem.SPACE, None),
        ("bob@example.com bob", None, AddressProblem.SPACE, None),
        ("x(at)example.com", None, AddressProblem.NO_AT, None),
        ("bob@[192.0.2.1]", None, AddressProblem.IP_DOMAIN, None),
        ("Smith, Bob <bob@example.com>", "bob@example.com", None, "only_address"),
        ("bob@example.com <bob@example.com>", "bob@example.com", None, "only_address"),
        ("a@example.com, Bob <b@example.com>", "a@example.com", None, "first_of_several"),
        ("Bob Ray (bob@example.com)", "bob@example.com", None, "only_address"),
        ("Bob Ray [bob@example.com]", "bob@example.com", None, "only_address"),
        ("Bob <mailto:bob@example.com>", "bob@example.com", None, "only_address"),
        ("mailto:bob@example.com?subject=Hello", "bob@example.com", None, "only_address"),
        ("SMTP:bob@example.com;smtp:b@example.org", "bob@example.com", None, "first_of_several"),
        ("'bob@example.com'", "bob@example.com", None, "only_address"),
        ("bob@example.com or b@example.org", "bob@example.com", None, "first_of_several"),
        ("bob@example.com y b@example.org", "bob@example.com", None, "first_of_several"),
        ("bob@example.com (a), b@example.org (b)", "bob@example.com", None, "first_of_several"),
        ("bob@example.com/b@example.org", "bob@example.com", None, "first_of_several"),
        ("bob@example.com\xa0b@example.org", "bob@example.com", None, "first_of_several"),
        ('="bob@example.com"', "bob@example.com", None, None),
        (";", None, AddressProblem.BLANK, None),
        ("bob@example.com", "bob@example.com", None, None),
        (" ::: ", None, AddressProblem.BLANK, None),
    ],
)
def test_several_addresses_in_one_cell(cell, key, problem, note):
    assert first_email(cell) == (key, problem, note)


def test_report_12_outer_invisible_characters_are_trimmed_and_inner_ones_named():
    readings = [first_email(row[0]) for row in report_rows("12_invisible.csv")]
    names = ["ann", "bea", "cal", None, None, "fay", "gus", "hal", "ivo"]
    assert [reading.key for reading in readings] == [name and f"{name}12@example.com" for name in names]
    cells = [row[0] for row in report_rows("12_invisible.csv")[3:5]]
    assert [first_email(cell).problem for cell in cells] == [AddressProblem.INVISIBLE] * 2
    assert [text_before_invisible(cell) for cell in cells] == ["dee", "eli12@exam"]
    assert explain("invisible:dee") == "The address has an invisible character after “dee”."


def test_report_14_the_address_inside_a_cell():
    readings = [first_email(row[1]) for row in report_rows("14_name_in_address.csv")]
    names = ["ann", "bob", "cy", "di", "ed", "fi", "gil", "ho"]
    assert readings == [(f"{name}14@example.com", None, "only_address") for name in names]


def test_report_14b_the_first_of_several_addresses():
    readings = [first_email(row[1]) for row in report_rows("14b_several_in_cell.csv")]
    names = ["ann14b", "ann14c", "cy14b", "di14b", "ed14b", "fi14b", "gil14b"]
    assert readings == [(f"{name}@example.com", None, "first_of_several") for name in names]


@pytest.mark.parametrize(
    "text",
    [
        *("\u200b" * 120_000, " " * 120_000 + "x", "\u200b\xa0" * 60_000, "a@" * 60_000, "a." * 60_000),
        *("a@" + "b-" * 60_000, "<" * 120_000 + "@", '"' * 99_999 + "@;,", ":::" * 40_000, "@" * 120_000),
        *("<" + "@" * 4_000, "(@" * 2_000, "a@" + " " * 4_000 + "b@", "a@b;" * 1_000, "(" * 4_000 + "@"),
        *(
            "e\u0301" * 60_000,
            "1" * 120_000,
            "+" * 120_000,
            "1 or " * 40_000,
            "123 456 " * 31,
            "12345678 x " * 22,
            "a1 " * 33,
            "a" * 2_000 + "@" + "b" * 2_000,
        ),
    ],
)
def test_a_hostile_cell_is_answered_quickly(text):
    with no_hang():
        for _ in range(20):
            assert first_email(text).key is None
            read_phone(text, "DE")
            has_country_code(text, "DE")
            text_before_invisible(text)
