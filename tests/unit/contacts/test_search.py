"""How the text in the search box is read."""

from types import SimpleNamespace

import pytest

from app.contacts.domain.search import Lane, lane_of, lanes_of


def columns(text, country=""):
    return [(lane.column, lane.start) for lane in lanes_of(text, country)]


def test_a_word_is_the_beginning_of_a_name_or_an_address():
    assert columns("José") == [("first_name_key", "jose"), ("last_name_key", "jose"), ("email_key", "josé")]


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_no_search(text):
    assert lanes_of(text) == ()


def test_an_address_finds_its_contact_and_nobody_else():
    assert columns(" Ann@EXAMPLE.com ") == [("email_key", "ann@example.com")]
    assert columns("ann@bücher.example.de") == [("email_key", "ann@xn--bcher-kva.example.de")]
    assert columns("ann@exa") == [("email_key", "ann@exa")]


def test_two_words_are_a_whole_name_in_either_order():
    assert Lane("last_name_key", "lee", "first_name_key", "ann") in lanes_of("Ann Lee")
    assert Lane("last_name_key", "lee", "first_name_key", "ann") in lanes_of("Lee, Ann")
    assert Lane("last_name_key", "lee", "first_name_key", "ann mary") in lanes_of("Ann Mary Lee")


def test_a_phone_in_the_way_of_its_country():
    assert ("phone_key", "+4915123456789") in columns("0151 / 234-56789", "DE")
    assert ("phone_key", "+49151") in columns("+49 151")
    assert columns("+49 (0) 151")[0] == ("phone_key", "+49151")


@pytest.mark.parametrize("text", ["2024", "+4", "123 Ann", "++49151", "+--"])
def test_what_is_no_phone(text):
    assert "phone_key" not in dict(columns(text))


def test_lanes_go_from_the_likeliest_to_the_least_likely():
    assert lanes_of("Ann Mary Lee") == (
        Lane("first_name_key", "ann mary lee"),
        Lane("last_name_key", "ann mary lee"),
        Lane("last_name_key", "mary lee", "first_name_key", "ann"),
        Lane("last_name_key", "ann", "first_name_key", "mary lee"),
        Lane("last_name_key", "lee", "first_name_key", "ann mary"),
    )
    assert lanes_of("Lee, Ann")[2:] == (
        Lane("last_name_key", "lee", "first_name_key", "ann"),
        Lane("last_name_key", "ann", "first_name_key", "lee"),
    )
    assert columns("0151 23456789", "DE")[0] == ("phone_key", "+4915123456789")
    assert columns("Ann,")[-1] == ("email_key", "ann,")


def test_long_texts_are_cut():
    assert columns("x" * 300) == [
        ("first_name_key", "x" * 120),
        ("last_name_key", "x" * 120),
        ("email_key", "x" * 254),
    ]


@pytest.mark.parametrize(
    ("first", "last", "answer"),
    [("anna", "lee", True), ("eve", "lee", False), ("anna", "ray", False), (None, "lee", False)],
)
def test_a_lane_of_two_names_needs_both(first, last, answer):
    contact = SimpleNamespace(first_name_key=first, last_name_key=last)
    assert Lane("last_name_key", "le", "first_name_key", "ann").holds(contact) is answer
    assert Lane("last_name_key", "le", "first_name_key").holds(contact) is (last == "lee")


def test_signs_alone_find_nothing_by_name():
    assert columns("́") == [("email_key", "́")]


def test_a_contact_stands_in_its_first_lane():
    lanes = lanes_of("ann")
    ann = SimpleNamespace(first_name_key="anna", last_name_key="anders", email_key="ann@example.com")
    other = SimpleNamespace(first_name_key=None, last_name_key="lee", email_key="anna@example.com")
    nobody = SimpleNamespace(first_name_key="eve", last_name_key=None, email_key=None)
    assert [lane_of(lanes, one) for one in (ann, other, nobody)] == [0, 2, None]
