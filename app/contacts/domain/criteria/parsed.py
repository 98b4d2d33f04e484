"""Parsed criteria: typed and immutable, with values normalized for comparison.

The Python evaluator and the SQL compiler only know the tests defined here, not the operators of documents, so
that a rule means the same in both.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from app.contacts.domain.criteria.countries import spellings_of
from app.contacts.domain.criteria.document import group_of
from app.contacts.domain.criteria.fields import Field, custom_key, field_named
from app.contacts.domain.criteria.values import day_of, is_number, micro_of
from app.contacts.domain.names import clean, tag_key
from app.contacts.domain.search import Lane, lanes_of
from app.platform.addresses import email_key, phone_key, phone_starts
from app.platform.text.comparing import fold_case

How: TypeAlias = Literal["is", "contains", "starts_with", "ends_with"]


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The field has no value; with `no`, it has one."""

    no: bool = False


@dataclass(frozen=True, slots=True)
class TextIs:
    """The case-folded text equals (contains, starts with, ends with) one of `texts`.

    With `no`, it matches none of them; an empty field passes.
    """

    how: How
    texts: tuple[str, ...]
    no: bool = False


@dataclass(frozen=True, slots=True)
class NumberIs:
    """The text is a number, in millionths, from `low` to `high` inclusive (None: open), or one of `numbers`.

    With `no`, it is a number that is not among `numbers`. Text that is not a number never passes; an empty
    field passes with `no`.
    """

    low: int | None = None
    high: int | None = None
    numbers: tuple[int, ...] = ()
    no: bool = False


@dataclass(frozen=True, slots=True)
class DayIs:
    """The day is from `first` to `last` inclusive (None: open).

    With `no`, it is not; an empty field passes. A date without a year never passes. A moment belongs to its
    day in the account's time zone.
    """

    first: date | None = None
    last: date | None = None
    no: bool = False


@dataclass(frozen=True, slots=True)
class WithinDays:
    """The day is today or one of the previous `days` days; a moment is in the past `days` × 24 hours."""

    days: int


@dataclass(frozen=True, slots=True)
class HasKeys:
    """A set of keys, such as tags, contains any, all, or none of `keys`."""

    how: Literal["any", "all", "none"]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InLanes:
    """The contact is in one of the lanes of a search text (see `domain.search`)."""

    lanes: tuple[Lane, ...]


Test: TypeAlias = IsEmpty | TextIs | NumberIs | DayIs | WithinDays | HasKeys | InLanes


@dataclass(frozen=True, slots=True)
class Condition:
    """A field and the test applied to it."""

    field: Field
    test: Test

    @property
    def custom(self) -> str:
        """Key of the custom field; empty for other fields."""
        return custom_key(self.field.name)


@dataclass(frozen=True, slots=True)
class Group:
    """Members joined by “all” or “any”. Without members, “all” is true and “any” is false."""

    join: Literal["all", "any"]
    members: tuple["Condition | Group", ...]

    def conditions(self) -> tuple[Condition, ...]:
        """Return all conditions, including those of nested groups."""
        inner = (member.conditions() if isinstance(member, Group) else (member,) for member in self.members)
        return tuple(condition for part in inner for condition in part)


class Unanswerable(Exception):
    """A rule uses a field (`field`) that is unknown for contacts here. Callers must not treat the rule as
    true or false."""

    def __init__(self, field: Field) -> None:
        super().__init__(field.name)
        self.field = field

    @property
    def sentence(self) -> str:
        """Message for the user who wrote the rule."""
        return f"{self.field.label} can’t be used to filter contacts."


def parse(document: Any, country: str = "") -> Group:
    """Parse a valid document (see `criteria_problems`). Raises KeyError or ValueError for an invalid one.

    `country` is the account's (ISO 3166), for phone numbers without a country code.
    """
    join, members = group_of(document)
    return Group(
        "any" if join == "any" else "all",
        tuple(
            _condition(member, country) if "field" in member else parse(member, country) for member in members
        ),
    )


def _condition(rule: dict[str, Any], country: str) -> Condition:
    field, op, value = field_named(rule["field"]), rule["op"], rule.get("value")
    if field is None:
        raise ValueError(f"no field {rule['field']}")
    if op in ("is_empty", "is_not_empty"):
        return Condition(field, IsEmpty(no=op == "is_not_empty"))
    return Condition(field, _TESTS.get(field.kind, _set_test)(field, op, value, country))


def _text_test(field: Field, op: str, value: Any, country: str) -> Test:
    how: How = op if op in ("contains", "starts_with", "ends_with") else "is"  # type: ignore[assignment]
    keys = _KEYS.get(field.name, _plain_key)
    texts = (text for one in _listed(value) for text in keys(str(one), how, country))
    return TextIs(how, tuple(text for text in texts if text), op == "not_equals")


def _country_test(field: Field, op: str, value: Any, country: str) -> Test:
    texts = tuple(text for code in _listed(value) for text in spellings_of(code))
    return TextIs("is", texts, op == "not_equals")


def _number_test(field: Field, op: str, value: Any, country: str) -> Test:
    if op == "between":
        return NumberIs(micro_of(value[0]), micro_of(value[1]))
    if op in ("greater", "less"):
        number = micro_of(value)
        return NumberIs(low=number + 1) if op == "greater" else NumberIs(high=number - 1)
    return NumberIs(numbers=tuple(map(micro_of, _listed(value))), no=op == "not_equals")


def _day_test(field: Field, op: str, value: Any, country: str) -> Test:
    if op == "in_last_days":
        return WithinDays(value)
    if op == "between":
        return DayIs(_day(value[0]), _day(value[1]))
    day = _day(value)
    if op == "before":
        return DayIs(last=date.fromordinal(max(day.toordinal() - 1, 1)))
    if op == "after":
        return DayIs(first=date.fromordinal(min(day.toordinal() + 1, date.max.toordinal())))
    return DayIs(day, day, op == "not_equals")


def _custom_test(field: Field, op: str, value: Any, country: str) -> Test:
    """Custom fields hold text; operator and value decide whether it is compared as a day, number, or text."""
    is_day = op == "between" and all(map(day_of, value))
    if is_day or op in ("before", "after", "in_last_days"):
        return _day_test(field, op, value, country)
    values = _listed(value)
    are_numbers = all(is_number(one) and not isinstance(one, str) for one in values)
    if op in ("greater", "less", "between") or are_numbers:
        return _number_test(field, op, value, country)
    return _text_test(field, op, value, country)


def _tags_test(field: Field, op: str, value: Any, country: str) -> Test:
    return HasKeys(_WHICH[op], tuple(dict.fromkeys(tag_key(str(one)) for one in value)))


def _search_test(field: Field, op: str, value: Any, country: str) -> Test:
    return InLanes(tuple(lanes_of(str(value), country)))


def _set_test(field: Field, op: str, value: Any, country: str) -> Test:
    """Test for kinds of other rooms, which relate contacts to records with ids."""
    return HasKeys("none" if op == "not_equals" else "any", tuple(_listed(value)))


def _plain_key(text: str, how: How, country: str) -> tuple[str, ...]:
    return (fold_case(clean(text)),)


def _email(text: str, how: How, country: str) -> tuple[str, ...]:
    key = email_key(text) if how == "is" else None
    return (key if isinstance(key, str) else fold_case(clean(text)),)


def _phone(text: str, how: How, country: str) -> tuple[str, ...]:
    """Return what to compare with a stored number: the number, or for a part of one its digits and, if it may
    be the start, the number's start with a country code."""
    key = phone_key(text, country or None) if how == "is" else None
    if isinstance(key, str):
        return (key,)
    digits = "".join(one for one in text if one in "+0123456789")
    return (digits,) if how in ("is", "ends_with") else (digits, *phone_starts(text, country))


def _listed(value: Any) -> Collection[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _day(value: Any) -> date:
    day = day_of(value)
    if day is None:
        raise ValueError(f"no day {value}")
    return day


_WHICH: dict[str, Literal["any", "all", "none"]] = {"has_any": "any", "has_all": "all", "has_none": "none"}
_KEYS: dict[str, Callable[[str, How, str], tuple[str, ...]]] = {
    "contact.email": _email,
    "contact.phone": _phone,
}
_TESTS: dict[str, Callable[[Field, str, Any, str], Test]] = {
    "text": _text_test,
    "country": _country_test,
    "status": _text_test,
    "sms_consent": _text_test,
    "number": _number_test,
    "date": _day_test,
    "moment": _day_test,
    "tags": _tags_test,
    "search": _search_test,
    "custom": _custom_test,
}
