"""Criteria as they are worked with: typed, immutable, every value in the form in which it is compared.

`parse` turns a document that has no problems into them. The evaluator in Python and the compiler to SQL know
the few tests below and nothing of operators, so that a rule means the same in both.
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
from app.platform.addresses import email_key, phone_key
from app.platform.comparing import fold_case

How: TypeAlias = Literal["is", "contains", "starts_with", "ends_with"]


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The field has no value (`no`: it has one)."""

    no: bool = False


@dataclass(frozen=True, slots=True)
class TextIs:
    """The text, in the case of `fold_case`, is (contains, begins or ends with) one of `texts`; with `no`, it
    is none of them, which is also true of an empty field."""

    how: How
    texts: tuple[str, ...]
    no: bool = False


@dataclass(frozen=True, slots=True)
class NumberIs:
    """The text is a number, in millionths from `low` to `high`, both included (None: without end), or one of
    `numbers`. With `no`, it is a number that is not; what is no number passes neither way, an empty field
    passes with `no`."""

    low: int | None = None
    high: int | None = None
    numbers: tuple[int, ...] = ()
    no: bool = False


@dataclass(frozen=True, slots=True)
class DayIs:
    """The day is from `first` to `last`, both included (None: without end). With `no`, it is not, which is
    also true of an empty field; a date without a year passes neither way. A moment is on a day of the
    account's zone."""

    first: date | None = None
    last: date | None = None
    no: bool = False


@dataclass(frozen=True, slots=True)
class WithinDays:
    """The day is one of the last `days` and today; a moment is at most so many times 24 hours ago."""

    days: int


@dataclass(frozen=True, slots=True)
class HasKeys:
    """Of a set of keys, such as tags: it holds any, all or none of `keys`."""

    how: Literal["any", "all", "none"]
    keys: tuple[str, ...]


Test: TypeAlias = IsEmpty | TextIs | NumberIs | DayIs | WithinDays | HasKeys


@dataclass(frozen=True, slots=True)
class Condition:
    """A field and what is asked of it."""

    field: Field
    test: Test

    @property
    def custom(self) -> str:
        """The key of the custom field; empty for other fields."""
        return custom_key(self.field.name)


@dataclass(frozen=True, slots=True)
class Group:
    """All, or any, of the members. A group without members is true for “all” and false for “any”."""

    join: Literal["all", "any"]
    members: tuple["Condition | Group", ...]

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition in it and in its groups."""
        inner = (member.conditions() if isinstance(member, Group) else (member,) for member in self.members)
        return tuple(condition for part in inner for condition in part)


class Unanswerable(Exception):
    """A rule asks for something that is not known of contacts here; `field` is what it asks for. Whoever
    meets it must not take the rule for true or false."""

    def __init__(self, field: Field) -> None:
        super().__init__(field.name)
        self.field = field

    @property
    def sentence(self) -> str:
        """For the person who wrote the rule."""
        return f"{self.field.label} can’t be used to filter contacts."


def parse(document: Any, country: str = "") -> Group:
    """The criteria of a document without problems (see `criteria_problems`; of one with problems, KeyError or
    ValueError). `country` is the account's, for phone numbers without a country code."""
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
    key = _KEYS.get(field.name, _plain_key)
    texts = (key(str(one), how, country) for one in _listed(value))
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
    """Custom fields hold texts: the operator and the value say how they are to be read."""
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


def _set_test(field: Field, op: str, value: Any, country: str) -> Test:
    """Kinds of other rooms: what a contact has to do with things that have an id."""
    return HasKeys("none" if op == "not_equals" else "any", tuple(_listed(value)))


def _plain_key(text: str, how: How, country: str) -> str:
    return fold_case(clean(text))


def _email(text: str, how: How, country: str) -> str:
    key = email_key(text) if how == "is" else None
    return key if isinstance(key, str) else fold_case(clean(text))


def _phone(text: str, how: How, country: str) -> str:
    key = phone_key(text, country or None) if how == "is" else None
    return key if isinstance(key, str) else "".join(one for one in text if one in "+0123456789")


def _listed(value: Any) -> Collection[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _day(value: Any) -> date:
    day = day_of(value)
    if day is None:
        raise ValueError(f"no day {value}")
    return day


_WHICH: dict[str, Literal["any", "all", "none"]] = {"has_any": "any", "has_all": "all", "has_none": "none"}
_KEYS: dict[str, Callable[[str, How, str], str]] = {"contact.email": _email, "contact.phone": _phone}
_TESTS: dict[str, Callable[[Field, str, Any, str], Test]] = {
    "text": _text_test,
    "country": _country_test,
    "status": _text_test,
    "number": _number_test,
    "date": _day_test,
    "moment": _day_test,
    "tags": _tags_test,
    "custom": _custom_test,
}
