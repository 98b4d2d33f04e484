"""Custom fields: their kinds, and conversion of text to the value that is stored.

Values are stored as text in one form for each kind (1234.5, 2026-05-01, yes, a choice as it is listed), which
criteria compare as numbers, days, and text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from babel.core import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from app.contacts.domain.names import clean, field_key, tag_key, tag_name
from app.contacts.domain.value_style import ValueStyle
from app.files.domain.consent.words import PLAIN_NO, PLAIN_YES
from app.platform.text.dates import NO_YEAR, read_date
from app.platform.text.formats import short_date

MAX_FIELDS: Final = 1_000  # per account
MAX_ALIASES: Final = 100  # names that a field had, by editing it
MAX_LABEL: Final = 120
MAX_CHOICES: Final = 100
MAX_CHOICE: Final = 100  # characters
_MAX_NUMBER_TEXT: Final = 40
_LARGEST: Final = Decimal(10) ** 12
_DECIMALS: Final = Decimal("0.000001")


class OwnKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


KIND_LABELS: Final[dict[OwnKind, str]] = {
    OwnKind.TEXT: "Text",
    OwnKind.NUMBER: "Number",
    OwnKind.DATE: "Date",
    OwnKind.YES_NO: "Yes or no",
    OwnKind.CHOICE: "Choice",
}


@dataclass(frozen=True)
class OwnField:
    """A custom field. `choices` are the values of a CHOICE. `aliases` are the keys of all labels that it has
    or had, also of fields that were merged into it: columns with these names belong to it."""

    key: str
    label: str
    kind: OwnKind = OwnKind.TEXT
    choices: tuple[str, ...] = ()
    aliases: frozenset[str] = frozenset()


def can_take(target: OwnField, source: OwnField) -> bool:
    """Whether the values of a field can be merged into another one: every value is text, too."""
    return target.kind in (source.kind, OwnKind.TEXT)


@lru_cache(maxsize=4096)
def own_field_of(label: str) -> OwnField:
    """Return the text field that a label creates if no field has it."""
    key = field_key(label)
    return OwnField(key, tag_name(label), aliases=frozenset((key,)))


def field_with(label: str, fields: Sequence[OwnField]) -> OwnField | None:
    """Return the field that has, or had, this label; None if there is none."""
    key = field_key(label)
    return next((one for one in fields if key in one.aliases or key == one.key), None)


def read_own(field: OwnField, text: str, style: ValueStyle) -> str | None:
    """Convert a cleaned, nonblank text to the value to store; None if it isn't one of this kind."""
    match field.kind:
        case OwnKind.NUMBER:
            return _number(text, style.country)
        case OwnKind.DATE:
            day = read_date(text, style.date_style)
            return day.isoformat() if day is not None and day.year != NO_YEAR else None
        case OwnKind.YES_NO:
            return _yes_no(text)
        case OwnKind.CHOICE:
            wanted = tag_key(text)
            return next((one for one in field.choices if tag_key(one) == wanted), None)
    return text


def own_problem(field: OwnField, text: str) -> str:
    """Return the sentence for a text that `read_own` doesn't accept."""
    shown = text[:40]
    match field.kind:
        case OwnKind.NUMBER:
            return f"“{shown}” isn’t a number. Enter it like 1234.50."
        case OwnKind.DATE:
            return f"“{shown}” isn’t a date. Enter it as YYYY-MM-DD, such as 2026-05-01."
        case OwnKind.YES_NO:
            return f"“{shown}” is neither yes nor no."
    return f"“{shown}” isn’t one of the choices of {field.label}."


def shown_own(field: OwnField | None, value: str) -> str:
    """Format a stored value for a page. Values from before the field had its kind are shown as they are."""
    if field is None:
        return value
    if field.kind is OwnKind.YES_NO:
        return {"yes": "Yes", "no": "No"}.get(value, value)
    if field.kind is OwnKind.DATE:
        try:
            return short_date(date.fromisoformat(value))
        except ValueError:
            return value
    if field.kind is OwnKind.NUMBER and (number := _number(value, "")) == value:
        whole, dot, rest = value.partition(".")
        return f"{int(whole):,}{dot}{rest}" if number else value
    return value


def read_choices(text: str) -> tuple[str, ...]:
    """Return the choices in a text with one on each line, without blank and repeated ones."""
    found: dict[str, str] = {}
    for line in text[: MAX_CHOICES * (MAX_CHOICE + 2) * 2].splitlines():
        if tidy := tag_name(line):
            found.setdefault(tag_key(tidy), tidy)
    return tuple(found.values())


def definition_problems(label: str, kind: str, choices: Sequence[str]) -> dict[str, str]:
    """Validate the name, kind, and choices of a field; return {form field: sentence}."""
    found: dict[str, str] = {}
    tidy = tag_name(label)
    if not tidy or not tidy.isprintable():
        found["label"] = "Enter a name."
    elif len(tidy) > MAX_LABEL:
        found["label"] = f"Field names can have up to {MAX_LABEL} characters."
    if kind not in KIND_LABELS:
        found["kind"] = "Choose a type."
    if kind == OwnKind.CHOICE:
        if not choices:
            found["choices"] = "Enter at least one choice."
        elif len(choices) > MAX_CHOICES or any(len(one) > MAX_CHOICE for one in choices):
            found["choices"] = f"Enter up to {MAX_CHOICES} choices of up to {MAX_CHOICE} characters each."
    return found


def kind_problems(rules: Sequence[tuple[OwnField, str, Any]]) -> list[str]:
    """Return what is wrong with rules (field, operator, value) for the kinds of their fields."""
    found = []
    for field, op, value in rules:
        values = value if isinstance(value, list) else [value]
        is_comparison = op in ("equals", "not_equals", "in_list")
        if op not in _OPERATORS.get(field.kind, (op,)):
            kind = KIND_LABELS[field.kind].lower()
            found.append(f"{field.label} is a field of the type {kind}, so this comparison doesn’t work.")
        elif not is_comparison:
            continue
        elif field.kind is OwnKind.NUMBER and None in (_number(str(one), "") for one in values):
            found.append(f"{field.label}: enter a number.")
        elif field.kind is OwnKind.YES_NO and None in (_yes_no(_word(one)) for one in values):
            found.append(f"{field.label}: enter yes or no.")
    return found


def typed_rule(rule: Mapping[str, Any], field: OwnField) -> dict[str, Any]:
    """Return a valid rule with its value as the field's kind is stored: numbers as numbers, yes or no."""
    value, op = rule.get("value"), rule.get("op")
    if op not in ("equals", "not_equals", "in_list"):
        return dict(rule)
    if field.kind is OwnKind.NUMBER:
        return {**rule, "value": _each(value, _as_number)}
    if field.kind is OwnKind.YES_NO:
        return {**rule, "value": _each(value, lambda one: _yes_no(_word(one)) or one)}
    return dict(rule)


_EMPTY: Final = ("is_empty", "is_not_empty")
_OPERATORS: Final[dict[OwnKind, tuple[str, ...]]] = {
    OwnKind.NUMBER: ("equals", "not_equals", "greater", "less", "between", "in_list", *_EMPTY),
    OwnKind.DATE: ("equals", "not_equals", "before", "after", "between", "in_last_days", *_EMPTY),
    OwnKind.YES_NO: ("equals", "not_equals", *_EMPTY),
    OwnKind.CHOICE: ("equals", "not_equals", "in_list", *_EMPTY),
}


def _each(value: Any, convert: Any) -> Any:
    return [convert(one) for one in value] if isinstance(value, list) else convert(value)


def _as_number(value: Any) -> Any:
    number = Decimal(_number(str(value), "") or "0")
    return int(number) if number == number.to_integral_value() else float(number)


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _number(text: str, country: str) -> str | None:
    """Convert a number as people write it, with separators of the country where the text leaves them open;
    None if it isn't one below 10^12 with at most six decimal places."""
    if len(text) > _MAX_NUMBER_TEXT:
        return None
    plain = text.translate(_SPACES).replace("−", "-")
    decimal = _decimal_mark(plain, country)
    other = "," if decimal == "." else "."
    whole, mark, rest = plain.partition(decimal)
    if other in rest or decimal in rest:
        return None
    groups = whole.lstrip("+-").split(other)
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    written = f"{whole.replace(other, '')}{'.' if mark else ''}{rest}"
    if not written.isascii() or not any(one.isdigit() for one in written) or written.strip("+-.0123456789"):
        return None
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    if abs(number) >= _LARGEST or number != number.quantize(_DECIMALS):
        return None
    shown = f"{number:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown.lstrip("+")


_SPACES: Final = {ord(one): None for one in " \u00a0\u202f\u2009'’"}


def _decimal_mark(text: str, country: str) -> str:
    """Return the decimal mark of a number: the last of two different ones, else the country's."""
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    usual = _usual_mark(country)
    if max(dot, comma) < 0:
        return usual
    mark = "." if dot >= 0 else ","
    if text.count(mark) > 1:
        return "," if mark == "." else "."  # it groups digits
    is_open = len(text) - max(dot, comma) == 4  # 1.234 could be either
    return usual if is_open else mark


@lru_cache(maxsize=256)
def _usual_mark(country: str) -> str:
    try:
        return get_decimal_symbol(Locale.parse(f"und_{country}")) if country else "."
    except (UnknownLocaleError, ValueError):
        return "."


def _yes_no(text: str) -> str | None:
    return _ANSWERS.get(tag_key(text))


def _words(listed: str, answer: str) -> dict[str, str]:
    return {tag_key(clean(word)): answer for word in listed.split("|")}


_ANSWERS: Final = _words(PLAIN_NO, "no") | _words(PLAIN_YES, "yes")
