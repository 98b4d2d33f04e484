"""How a column is read, and what the page says decided it.  # B-20"""

import pytest

from app.files.domain.columns.evidence import DateEvidence, PhoneEvidence
from app.files.domain.columns.styles import style_of_dates, style_of_phones

DATES = DateEvidence({"either": 2, "day_first": 1}, {"either": "03.04.1990", "day_first": "13.04.1990"})
PHONES = PhoneEvidence(without_plus=3, abroad=3, at_home=0, example="4915112345678")


@pytest.mark.parametrize(
    ("chosen", "because"),
    [
        ("", "1 date can’t be read any other way"),
        ("day_first", "1 date can’t be read any other way"),
        ("month_first", "you chose this"),
    ],
)
def test_a_choice_is_called_one_where_it_changes_something(chosen, because):
    style = style_of_dates(0, "Birthday", DATES, "DE", chosen)
    assert (style.chosen, style.because) == (chosen or "day_first", because)


def test_the_same_for_numbers():
    assert style_of_phones(0, "Phone", PHONES, "DE", "international").because.startswith(
        "3 of 3 numbers checked"
    )
    assert style_of_phones(0, "Phone", PHONES, "DE", "national").because == "you chose this"
