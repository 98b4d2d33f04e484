"""How a column of dates or phone numbers is read: decided for the whole column by its cells, then by the
account's country, and otherwise by the user, who can always override it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from app.files.domain.columns.evidence import DateEvidence, PhoneEvidence
from app.platform.addresses import read_phone
from app.platform.text.dates import DateStyle, is_month_first, read_date
from app.platform.text.formats import long_date
from app.platform.text.words import counted

Dates = Literal["", "day_first", "month_first", "serial"]
Phones = Literal["", "international", "national"]
DATES: Final[tuple[Dates, ...]] = ("", "day_first", "month_first", "serial")
PHONES: Final[tuple[Phones, ...]] = ("", "international", "national")


@dataclass(frozen=True)
class Style:
    """How a column is read.

    `chosen` is "" if the user must choose one of `choices` [(value, label)]. `sentence` describes the reading
    with an example; `because` gives the reason.
    """

    column: int
    name: str
    chosen: str
    sentence: str
    because: str
    choices: tuple[tuple[str, str], ...]

    @property
    def must_be_chosen(self) -> bool:
        return not self.chosen


def style_of_dates(
    column: int, name: str, found: DateEvidence, country: str, chosen: Dates = ""
) -> Style | None:
    """Return the style of a date column; None if every date can be read in one way only."""
    day_first, month_first = found.kinds.get("day_first", 0), found.kinds.get("month_first", 0)
    either, serial = found.kinds.get("either", 0), found.is_serial
    if not (either or day_first or month_first or serial):
        return None
    if serial:
        example = found.examples["serial"]
        told = f"Numbers such as {example} are read as dates of a spreadsheet: {_read(example, 'serial')}."
        return Style(column, name, "serial", told, "every cell is a number", ())
    because = f"{counted(day_first + month_first, 'date')} can’t be read any other way"
    decided: Dates
    if day_first and month_first:
        decided = "" if either else "day_first"
        because = f"day first in {counted(day_first, 'date')}, month first in {counted(month_first, 'date')}"
    elif day_first or month_first:
        decided = "day_first" if day_first else "month_first"
    else:
        decided = "month_first" if is_month_first(country) else "day_first"
        because = "that is how dates are written in your country"
    if chosen in ("day_first", "month_first") and chosen != decided:
        decided, because = chosen, "you chose this"
    example = _example(found, decided)
    choices = (
        tuple(
            (value, f"{words}: {found.examples['either']} is {_read(found.examples['either'], value)}")
            for value, words in (("day_first", "Day first"), ("month_first", "Month first"))
        )
        if either
        else ()
    )
    told = (
        f"{example} is read as {_read(example, decided)}."
        if decided
        else (f"Some dates have the day first and some the month. Choose how {example} is read.")
    )
    return Style(column, name, decided, told, because, choices)


def style_of_phones(
    column: int, name: str, found: PhoneEvidence, country: str, chosen: Phones = ""
) -> Style | None:
    """Return the style of a phone column; None if every number has a plus or a leading zero."""
    if not found.without_plus:
        return None
    decided: Phones = "international" if found.abroad > found.at_home else "national"
    if found.abroad or found.at_home:
        most, checked = max(found.abroad, found.at_home), found.abroad + found.at_home
        because = f"{most:,} of {checked:,} numbers checked" if checked > 1 else "the number that was checked"
    else:
        because = "nothing in the column says otherwise"
    if chosen and chosen != decided:
        decided, because = chosen, "you chose this"
    example = found.example
    number = read_phone(example, country or None, decided == "international").key
    way = "with their country code" if decided == "international" else "as numbers of your country"
    told = f"Numbers without a + are read {way}" + (f": {example} is {number}." if number else ".")
    choices = (
        ("international", "They start with a country code"),
        ("national", "They are numbers of your country"),
    )
    return Style(column, name, decided, told, because, choices)


def date_style(style: Style | None, country: str, this_year: int) -> DateStyle:
    """Return the style for `read_date`; without a style, the usual one of the country."""
    if style is None:
        return DateStyle(is_month_first(country), this_year=this_year)
    order = None if not style.chosen else style.chosen == "month_first"
    return DateStyle(order, style.chosen == "serial", this_year)


def _example(found: DateEvidence, decided: str) -> str:
    """Return the date that shows the order best."""
    for kind in (decided, "month_first", "day_first", "either"):
        for known, text in found.examples.items():
            if known == kind and (decided or kind == "either"):
                return text
    return next(iter(found.examples.values()))


def _read(text: str, decided: str) -> str:
    day: date | None = read_date(text, DateStyle(decided == "month_first", decided == "serial", 2050))
    return "no date" if day is None else long_date(day)
