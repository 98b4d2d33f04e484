"""Numbers in URLs and as people type them; everything else is no number."""

import pytest

from app.platform.text.numbers import MOST, typed_number, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        (str(MOST), MOST),
        (str(MOST + 1), None),
        ("9" * 5000, None),
        *((text, None) for text in (None, "", " 1", "-1", "+1", "1.0", "1e3", "1_000", "٣", "²", "x")),
    ],
)
def test_whole_numbers(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,000", 1000), (" 12 500 ", 12_500), ("1\u202f000", 1000), ("", None), ("ten", None), ("1.5", None)],
)
def test_typed_numbers(text, number):
    assert typed_number(text) == number


def test_the_highest_number():
    assert (whole_number("99", 99), whole_number("100", 99)) == (99, None)
    assert whole_number(str(2**63 - 1), 2**63 - 1) == 2**63 - 1
