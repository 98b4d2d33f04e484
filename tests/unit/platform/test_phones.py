"""Phone numbers: how cells of files and typed numbers are read."""

import pytest

from app.platform.addresses import (
    AddressProblem,
    explain,
    has_country_code,
    phone_key,
    phone_starts,
    read_phone,
)
from tests.unit.files.contact_files import report_rows


def test_report_86_phones_without_plus():
    cells = [row[2] for row in report_rows("86_phones_no_plus.csv")]
    votes = [has_country_code(cell, "DE") for cell in cells]
    assert votes.count(True) > votes.count(False)
    assert [read_phone(cell, "DE", True).key for cell in cells] == [
        "+4915112345678",
        "+33612345678",
        "+447911123003",
        "+15005550006",
        "+41791234567",
        "+33612345678",
        "+4915112345678",
        "+33612345678",
    ]


@pytest.mark.parametrize(
    ("cells", "country", "abroad"),
    [
        (["15112345678", "17612345678", "16012345678"], "DE", False),  # a spreadsheet has taken the zeros
        (["612345678", "712345678"], "FR", False),
        (["2125550147", "3055550123"], "US", False),
        (["447911123456", "491711234567", "12125550147"], "US", True),
        (["34612345678", "34622345678"], "ES", None),  # the same number either way
        (["612345678", "622345678"], "ES", False),
        (["07911 123456", "+447911123456"], "GB", None),
    ],
)
def test_what_numbers_without_a_plus_say_of_their_column(cells, country, abroad):
    votes = [has_country_code(cell, country) for cell in cells]
    if abroad is None:
        assert set(votes) == {None}
    else:
        assert votes.count(abroad) > votes.count(not abroad)


@pytest.mark.parametrize(
    ("cell", "key", "note"),
    [
        ("p:+4915112345000", "+4915112345000", None),
        ('="+447911123201"', "+447911123201", None),
        ("Tel: 0151 23456789", "+4915123456789", None),
        ("0151/23456789", "+4915123456789", None),
        ("4915112345678.0", "+4915112345678", None),
        ("+49 (0)151 23456789", "+4915123456789", None),
        ("0151 23456789 / 0160 2345678", "+4915123456789", "first_number"),
        ("0151 23456789; 0160 2345678", "+4915123456789", "first_number"),
        ("0151 23456789 or 0160 2345678", "+4915123456789", "first_number"),
        ("+48 601 234 567 ::: +48 22 123 45 67", "+48601234567", "first_number"),
        ("+49-30-1234567 (Büro)", "+49301234567", None),
        ("0151 23456789 privat", "+4915123456789", None),
        ("0151 23456789 new", "+4915123456789", None),  # not followed by the digits on these keys
        ("mobil 0151 23456789", "+4915123456789", None),
        ("0151-23456789 od. 030 1234567", "+4915123456789", "first_number"),
        ("H: 030 1234567 M: 0151 23456789", "+49301234567", "first_number"),
        ("030 1234567 (0151 23456789)", "+49301234567", "first_number"),
        ("+4９ １５１ ２３４５６７８９", "+4915123456789", None),
        ("+49\u00a0151\u202f23456789", "+4915123456789", None),
        ("https://wa.me/4915123456789", "+4915123456789", None),
        ("+1-800-FLOWERS", "+18003569377", None),
    ],
)
def test_what_a_phone_cell_holds(cell, key, note):
    assert read_phone(cell, "DE", True) == (key, None, note)


def test_a_number_valid_in_one_way_only_is_read_so_whatever_the_column_says():
    assert read_phone("447911123456", "US").key == "+447911123456"
    assert read_phone("2125550147", "US", True).key == "+12125550147"


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("+33 6 12 34 56 78", None, "+33612345678"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("0049 151 23456789", "DE", "+4915123456789"),
        ("(212) 555-0147", "US", "+12125550147"),
        ("tel:+1-212-555-0199", None, "+12125550199"),
        ("+48 601 234 567 ::: +48 22 123 45 67", None, "+48601234567"),
    ],
)
def test_phone_keys(text, country, key):
    assert phone_key(text, country) == key
    assert phone_key(key, None) == key


@pytest.mark.parametrize(
    ("text", "country", "slug"),
    [
        ("  ", "DE", "phone_blank"),
        ("call me", "DE", "phone_no_number"),
        ("0151 23456789", None, "phone_no_country"),
        ("3.36123E+10", "FR", "phone_shortened"),
        ("12", "DE", "phone_too_short"),
        ("+1 555", None, "phone_too_short"),
        ("+39 (0)6 698", "DE", "phone_too_short"),
        ("+1 212 555 0199 0199 0199", None, "phone_too_long"),
        ("+1 212 555 0199 ext 4", None, "phone_extension"),
    ],
)
def test_phone_problems(text, country, slug):
    problem = phone_key(text, country)
    assert isinstance(problem, AddressProblem)
    assert problem.value == slug


@pytest.mark.parametrize(
    ("cell", "country", "key"),
    [
        ("4915112345678", "DE", "+4915112345678"),
        ("491711234567", "DE", "+491711234567"),
        ("49 (0) 151 12345678", "DE", "+4915112345678"),
        ("49-151-12345678", "DE", "+4915112345678"),
        ("4915112345678.0", "DE", "+4915112345678"),
        ("'4915112345678", "DE", "+4915112345678"),
        ("0 49 151 12345678", "DE", "+4915112345678"),
        ("044 7911 123003", "GB", "+447911123003"),
        ("62812345678", "ID", "+62812345678"),
        ("38343201234", "XK", "+38343201234"),
        ("436641234567", "AT", "+436641234567"),
        ("33612345678", "FR", "+33612345678"),
        ("39061234567", "IT", "+39061234567"),
        ("5511987654321", "BR", "+5511987654321"),
        ("4712345678", "NO", "+4712345678"),
        ("12125550143", "US", "+12125550143"),
        ("1 (212) 555-0143", "CA", "+12125550143"),
        ("2125550143", "US", "+12125550143"),
        ("79161234567", "RU", "+79161234567"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
    ],
)
@pytest.mark.parametrize("international", [False, True])
def test_the_countrys_own_code_is_recognized_without_a_plus(cell, country, key, international):
    assert read_phone(cell, country, international) == (key, None, None)


@pytest.mark.parametrize(
    ("cell", "country", "national", "international"),
    [
        ("4921112345", "DE", "+494921112345", "+4921112345"),  # Emden without its zero, or Düsseldorf
        ("468123456", "SE", "+46468123456", "+468123456"),
        ("318001234", "NL", "+31318001234", "+318001234"),
        ("33612345678", "DE", "+4933612345678", "+33612345678"),
    ],
)
def test_a_number_with_two_likely_readings_is_read_like_its_column_with_a_note(
    cell, country, national, international
):
    assert read_phone(cell, country) == (national, None, "either_way")
    assert read_phone(cell, country, True) == (international, None, None)
    assert "country code" in explain("either_way")


def test_a_long_landline_number_with_the_own_code_gets_a_note():
    assert read_phone("492111234567", "DE") == ("+492111234567", None, "either_way")
    assert read_phone("62218350123", "ID").note == "either_way"
    assert read_phone("0622 1234567", "ID") == ("+626221234567", None, None)


@pytest.mark.parametrize("country", ["DE", "US", "AU", "JP", "BR", "KR", "RU", None])
@pytest.mark.parametrize("cell", ["0033612345678", "00 33 (0) 6 12 34 56 78", "(0033) 612345678"])
def test_00_is_a_plus_in_every_country(cell, country):
    assert read_phone(cell, country) == ("+33612345678", None, None)


def test_other_international_prefixes():
    assert read_phone("011 44 7911 123003", "US").key == "+447911123003"
    assert read_phone("011 44 7911 123003", "GB").key == "+447911123003"
    assert read_phone("0114 272 6444", "GB").key == "+441142726444"  # Sheffield
    assert read_phone("0033612345678", "SG").note == "either_way"  # 003 is a prefix of its own there


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("+1 (0) 212 555 0143", "+12125550143"),
        ("+34 (0) 612 345 678", "+34612345678"),
        ("+48 (0) 601 234 567", "+48601234567"),
        ("+39 (0)6 6982 1234", "+390669821234"),  # an Italian zero is part of the number
        ("+44 (0) 7911 123003", "+447911123003"),
        ("(+49) 151 12345678", "+4915112345678"),
    ],
)
def test_a_zero_in_parentheses_is_left_out_unless_it_belongs_to_the_number(cell, key):
    assert read_phone(cell, "DE").key == key


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("4.915112345678E+12", "+4915112345678"),
        ("4,915112345678e12", "+4915112345678"),
        ("4.91511E+12", None),
        ("4.91511234567E+12", None),
        ("4.9151123456781E+12", None),
        ("1E999", None),
        ("212555E1234", None),
        ("+49151E12345678", None),
        ("2.125551234E0009", None),
    ],
)
def test_scientific_notation_is_read_only_if_no_digit_is_lost(cell, key):
    found = read_phone(cell, "DE")
    assert found.key == key
    assert (found.problem == AddressProblem.PHONE_SHORTENED) is (key is None)


@pytest.mark.parametrize(
    ("text", "country", "starts"),
    [
        ("+49 (0) 151", "DE", ("+49151",)),
        ("+49 (0) 151 123", "US", ("+49151123",)),
        ("(+49) 151", "US", ("+49151",)),
        ("0151", "DE", ("+49151",)),
        ("0151 / 234-56", "DE", ("+4915123456",)),
        ("０１５１", "DE", ("+49151",)),
        ("0049 (0) 151 1", "DE", ("+491511",)),
        ("0049151", "US", ("+49151",)),
        ("49151", "DE", ("+49151", "+4949151")),
        ("15112", "DE", ("+4915112", "+15112")),
        ("(212) 555", "US", ("+1212555", "+212555")),
        ("1-212-555", "US", ("+1212555", "+11212555")),
        ("06 698", "IT", ("+3906698",)),
        ("+39 (0)6 698", "DE", ("+3906698", "+396698")),
        ("0620 123", "HU", ("+3620123", "+360620123")),
        ("8 916 12", "RU", ("+791612", "+7891612")),
        ("011 44 7911", "US", ("+1011447911", "+447911")),
        ("0151", "", ()),
        ("2024", "", ()),
        ("151", "DE", ()),
        ("+4", "DE", ()),
        ("++49151", "DE", ()),
        ("+49 151 ann", "DE", ()),
        ("1" * 200, "DE", ()),
        ("00", "DE", ()),
    ],
)
def test_what_the_start_of_a_typed_number_may_mean(text, country, starts):
    assert phone_starts(text, country) == starts
