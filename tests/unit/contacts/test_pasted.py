"""Pasted lists: addresses, phone numbers and ids in any mixture, and what is not understood (B-19)."""

import pytest

from app.contacts.domain.pasted import read_pasted
from tests.services.hangs import no_hang

CASES = [
    ("ann@example.com", [("email", "ann@example.com")]),
    (
        "Ann <Ann@Example.com>; bob@example.com",
        [("email", "Ann@Example.com".lower()), ("email", "bob@example.com")],
    ),
    ("a@x.org b@x.org\tc@x.org", [("email", "a@x.org"), ("email", "b@x.org"), ("email", "c@x.org")]),
    ("a@x.org  b@", [("email", "a@x.org")]),
    ("12\r\n345", [("contact_id", "12"), ("contact_id", "345")]),
    ("0151 23456789, +49 151 23456780", [("phone", "+4915123456789"), ("phone", "+4915123456780")]),
    ('"ann@example.com","bob@example.com"', [("email", "ann@example.com"), ("email", "bob@example.com")]),
    ("hello", [("phone", None)]),
    ("ann@", [("email", None)]),
    ("0", [("phone", None)]),
    (" \n ,, ;", []),
]


@pytest.mark.parametrize("place", range(len(CASES)))
def test_entries(place: int) -> None:
    text, found = CASES[place]
    assert [(entry.identifier, entry.key) for entry in read_pasted(text, "DE")] == found


def test_entries_are_shown_as_written_and_shortened() -> None:
    assert [entry.text for entry in read_pasted(" Hello World\nx@y")] == ["Hello World", "x@y"]
    [long] = read_pasted("a" * 100_000)
    assert long.key is None and len(long.text) < 50


def test_text_that_almost_is_a_list_of_addresses_takes_no_time() -> None:
    with no_hang():
        texts = ["a@@a " * 200 + "x", "@" * 1_000, "@ " * 600, "a@a" * 300 + " x@"]
        assert len(read_pasted("\n".join(texts * 100))) == 400
