"""Evaluation of criteria for one contact, from known facts.

Gives the same answer as the statement built by `infrastructure.criteria_sql`; a property test compares the
two on random contacts and criteria.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.contacts.domain.criteria.parsed import (
    Condition,
    DayIs,
    Group,
    HasKeys,
    InLanes,
    IsEmpty,
    NumberIs,
    TextIs,
    Unanswerable,
    WithinDays,
)
from app.contacts.domain.criteria.values import micro_of
from app.contacts.domain.search import lane_of
from app.platform.text.comparing import day_text, fold_case, micro_number
from app.platform.text.dates import NO_YEAR

LAST_WITHOUT_YEAR = date(NO_YEAR, 12, 31)
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Facts:
    """Known values of one contact by field name: text, date, moment (UTC), or a set of keys (tags, workflow
    ids); `contact.search` is an object with the columns of `domain.search.Lane` as attributes.

    `custom` is {key: text}. `custom_fields` holds the keys of the account's custom fields; a rule on any
    other key is never met.
    """

    values: Mapping[str, Any]
    custom: Mapping[str, str] = field(default_factory=dict)
    custom_fields: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of evaluation (UTC) and the account's time zone, in which days begin."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Return the moment at which a day begins in the zone."""
        day = min(max(day, _FIRST), _LAST)
        return datetime.combine(day, time.min, self.zone).astimezone(self.now.tzinfo)


def matches(criteria: Group, facts: Facts, clock: Clock) -> bool:
    """Return whether the contact meets the criteria. Raises Unanswerable for a field that is missing from
    `facts`."""
    answers = [
        matches(member, facts, clock) if isinstance(member, Group) else _holds(member, facts, clock)
        for member in criteria.members
    ]
    return any(answers) if criteria.join == "any" else all(answers)


def _holds(condition: Condition, facts: Facts, clock: Clock) -> bool:
    if key := condition.custom:
        return key in facts.custom_fields and _test_text(condition.test, facts.custom.get(key, ""), clock)
    if condition.field.name not in facts.values:
        raise Unanswerable(condition.field)
    value = facts.values[condition.field.name]
    test = condition.test
    if isinstance(test, InLanes):
        return lane_of(test.lanes, value) is not None
    if isinstance(test, IsEmpty):
        return bool(value) is test.no
    if isinstance(test, HasKeys):
        return _test_keys(test, value)
    if condition.field.kind == "date":
        return _test_date(test, value, clock)
    if condition.field.kind == "moment":
        return _test_moment(test, value, clock)
    if condition.field.kind == "number":
        number = None if value is None else micro_of(value)
        return isinstance(test, NumberIs) and ((value is None and test.no) or _test_number(test, number))
    return _test_text(test, value or "", clock)


def _test_text(test: Any, text: str, clock: Clock) -> bool:
    if isinstance(test, IsEmpty):
        return bool(text) is test.no
    if isinstance(test, TextIs):
        return any(_fits(fold_case(text), test.how, one) for one in test.texts) is not test.no
    if isinstance(test, NumberIs):
        return (test.no and not text) or _test_number(test, micro_number(text))
    day = day_text(text)
    first, last = days_of(test, clock)
    if day is None or (first and day < first.isoformat()):
        return False
    return last is None or day <= last.isoformat()


def _fits(text: str, how: str, wanted: str) -> bool:
    if not wanted:
        return False
    if how == "contains":
        return wanted in text
    if how == "starts_with":
        return text.startswith(wanted)
    return text.endswith(wanted) if how == "ends_with" else text == wanted


def _test_number(test: NumberIs, number: int | None) -> bool:
    if number is None:
        return False
    if test.numbers:
        return (number in test.numbers) is not test.no
    return (test.low is None or test.low <= number) and (test.high is None or number <= test.high)


def days_of(test: DayIs | WithinDays, clock: Clock) -> tuple[date | None, date | None]:
    """Return the first and last day of a test on days; None where it is open-ended."""
    if isinstance(test, WithinDays):
        return date.fromordinal(max(clock.today.toordinal() - test.days, 1)), clock.today
    return test.first, test.last


def _test_date(test: Any, value: date | None, clock: Clock) -> bool:
    no = isinstance(test, DayIs) and test.no
    if value is None:
        return no
    if value <= LAST_WITHOUT_YEAR:
        return False
    first, last = days_of(test, clock)
    return ((first is None or first <= value) and (last is None or value <= last)) is not no


def _test_moment(test: Any, value: datetime | None, clock: Clock) -> bool:
    no = isinstance(test, DayIs) and test.no
    if value is None:
        return no
    start, end = moments_of(test, clock)
    return ((start is None or start <= value) and (end is None or value < end)) is not no


def moments_of(test: DayIs | WithinDays, clock: Clock) -> tuple[datetime | None, datetime | None]:
    """Return the half-open interval of moments that a test on days covers; None where it is open-ended."""
    if isinstance(test, WithinDays):
        return clock.now - timedelta(days=min(test.days, 366 * 1900)), clock.now + timedelta(microseconds=1)
    start = clock.start_of(test.first) if test.first else None
    end = clock.start_of(min(test.last, _LAST) + timedelta(days=1)) if test.last else None
    return start, end


def _test_keys(test: HasKeys, held: Collection[str]) -> bool:
    if test.how == "all":
        return all(key in held for key in test.keys)
    return any(key in held for key in test.keys) is (test.how == "any")
