"""Dates as people and programs write them, with what is known of their column.  # B-20"""

from collections import Counter
from datetime import date

import pytest

from app.platform.text.dates import NO_YEAR, DateStyle, kind_of, read_date
from tests.services.hangs import no_hang
from tests.unit.files.contact_files import report_rows

DAY_FIRST = DateStyle(month_first=False, this_year=2026)
MONTH_FIRST = DateStyle(month_first=True, this_year=2026)
UNDECIDED = DateStyle(month_first=None, this_year=2026)
APRIL_23 = date(1990, 4, 23)


def test_report_19_dates():
    cells = [row[2] for row in report_rows("19_dates.csv")]
    assert Counter(map(kind_of, cells)) == {"plain": 9, "either": 3, "month_first": 1, "serial": 1, None: 2}
    assert [read_date(cell, MONTH_FIRST) for cell in cells] == [
        date(2016, 11, 1),
        date(1990, 11, 1),
        date(1990, 11, 1),
        None,
        APRIL_23,
        date(1990, 3, 4),
        date(1990, 1, 1),
        APRIL_23,
        None,
        date(NO_YEAR, 4, 23),
        APRIL_23,
        APRIL_23,
        APRIL_23,
        None,
        APRIL_23,
        APRIL_23,
    ]


def test_report_19b_the_month_comes_first():
    cells = [row[2] for row in report_rows("19b_dates_month_first.csv")]
    assert Counter(map(kind_of, cells)) == {"month_first": 3, "either": 2}
    assert [read_date(cell, MONTH_FIRST) for cell in cells] == [
        APRIL_23,
        date(1990, 3, 4),
        date(1985, 12, 25),
        date(1985, 5, 6),
        date(1979, 10, 31),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1990-04-23",
            "1990/4/23",
            "1990.04.23",
            "1990-04-23 14:30",
            "1990-04-23T00:00:00.000+0000",
            "19900423",
        ),
        *(
            "23.4.1990",
            "23. 04. 1990",
            "23.04.90",
            "23/04/1990",
            "23-04-1990",
            "23/04/1990 14:30:00",
            "23041990",
        ),
        *("4/23/1990", "04/23/90", "4/23/1990 12:00 AM", "04-23-1990", "90/04/23"),
        *("23-Apr-1990", "23-APR-90", "23 Apr 1990", "April 23, 1990", "April 23rd, 1990", "Apr. 23 1990"),
        *(
            "Monday, April 23, 1990",
            "Mon Apr 23 1990 00:00:00 GMT+0200 (CEST)",
            "1990-Apr-23",
            "23rd of April 1990",
        ),
        *("23. April 1990", "23 avril 1990", "23 de abril de 1990", "23 aprile 1990", "23 kwietnia 1990"),
        *("23 апреля 1990", "23 Nisan 1990", "1990年4月23日", " 23.04.1990 "),
    ],
)
def test_one_date_in_many_spellings(text):
    assert read_date(text, UNDECIDED) == APRIL_23


def test_the_column_decides_where_a_date_could_be_either():
    assert read_date("03/04/1990", DAY_FIRST) == date(1990, 4, 3)
    assert read_date("03/04/1990", MONTH_FIRST) == date(1990, 3, 4)
    assert read_date("03/04/1990", UNDECIDED) is None
    assert read_date("03.04.1990", MONTH_FIRST) == date(1990, 4, 3), (
        "with periods the day comes first everywhere"
    )
    assert read_date("05/05/1990", UNDECIDED) == date(1990, 5, 5)


def test_days_without_a_year():
    for text in ("--04-23", "--0423", "23 April", "April 23", "23.04.", "04/23", "23/4"):
        assert read_date(text, UNDECIDED) == date(NO_YEAR, 4, 23)
    assert read_date("29.02.", DAY_FIRST) == date(NO_YEAR, 2, 29)


def test_two_digit_years_lie_in_the_past():
    assert read_date("1.2.26", DAY_FIRST) == date(2026, 2, 1)
    assert read_date("1.2.27", DAY_FIRST) == date(1927, 2, 1)


def test_numbers_are_dates_only_in_a_column_of_numbers():
    assert read_date("32986", DAY_FIRST) is None
    assert read_date("32986", DAY_FIRST._replace(serial=True)) == APRIL_23
    assert read_date("32986.5", DAY_FIRST._replace(serial=True)) == APRIL_23
    assert read_date("1990", DAY_FIRST._replace(serial=True)) is None, "a year is no date"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "soon",
            "31.02.1990",
            "00/00/1990",
            "13/13/1990",
            "29/02/1991",
            "0001-01-01",
            "1990-13-01",
            "12:30",
        ),
        *(
            "April 1990",
            "Apr 90 people",
            "192.168.0.1",
            "555-1234",
            "1-2-3",
            "23/04-1990",
            "3 of 10",
            "23. Foo 1990",
        ),
    ],
)
def test_what_is_no_date(text):
    assert kind_of(text) is None
    assert read_date(text, DAY_FIRST._replace(serial=True)) is None


def test_whatever_the_text_it_costs_little():
    hostile = [
        "1" * 100_000,
        "1/" * 40,
        "a1" * 40,
        "-" * 80,
        " " * 79 + "1",
        "é" * 79 + "1",
        "\u0301" * 79 + "1",
    ]
    with no_hang():
        for text in hostile:
            for _ in range(200):
                kind_of(text)
