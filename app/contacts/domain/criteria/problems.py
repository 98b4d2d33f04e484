"""Validation of criteria documents, with messages for the user."""

from collections.abc import Callable, Iterator
from typing import Any

from app.contacts.domain.criteria.document import MAX_NESTING, MAX_RULES, group_of, rules
from app.contacts.domain.criteria.fields import (
    KINDS,
    LISTS,
    NO_VALUE,
    OPERATORS,
    SMS_CONSENTS,
    STATUSES,
    Field,
    FieldKind,
    field_named,
)
from app.contacts.domain.criteria.values import MAX_DAYS, MAX_LIST, MAX_TEXT, day_of, is_number
from app.contacts.domain.names import clean
from app.platform.text.words import joined


def criteria_problems(criteria: Any, *, may_be_empty: bool = False) -> Iterator[str]:
    """Yield the problems of a criteria document as sentences. Whether referenced records exist is checked by
    the rooms that registered the fields."""
    if criteria is None and may_be_empty:
        return
    if not isinstance(criteria, dict):
        yield "Add at least one condition."
        return
    found = list(rules(criteria))
    if not found and not may_be_empty:
        yield "Add at least one condition."
    if len(found) > MAX_RULES:
        yield f"There are {len(found)} conditions; the maximum is {MAX_RULES}."
    yield from _group_problems(criteria, 1)


def _group_problems(group: dict[str, Any], depth: int) -> Iterator[str]:
    if depth > MAX_NESTING:
        yield f"The conditions are nested more than {MAX_NESTING} levels deep."
        return
    for key in group:
        if key not in ("all", "any"):
            yield f"“{_short(key)}” can’t join conditions. Use “all” or “any”."
    if "all" in group and "any" in group:
        yield "A group of conditions can use “all” or “any”, but not both."
    for key in ("all", "any"):
        if key in group and not isinstance(group[key], list):
            yield f"“{key}” must be a list of conditions."
    for member in group_of(group)[1]:
        if not isinstance(member, dict):
            yield "A condition needs a field, an operator, and a value."
        elif "field" in member or "op" in member:
            yield from _rule_problems(member)
        else:
            yield from _group_problems(member, depth + 1)


def _rule_problems(rule: dict[str, Any]) -> Iterator[str]:
    for key in rule:
        if key not in ("field", "op", "value"):
            yield f"“{_short(key)}” isn’t part of a condition."
    found = field_named(rule.get("field"))
    if found is None:
        yield f"The field “{_short(rule.get('field'))}” doesn’t exist."
        return
    op = rule.get("op")
    if not isinstance(op, str) or op not in OPERATORS:
        yield f"“{_short(op)}” isn’t a valid operator for {found.label}."
    elif op not in KINDS[found.kind].operators:
        yield f"“{OPERATORS[op]}” doesn’t work with {found.label}."
    else:
        problem = _value_problem(found, op, rule.get("value"))
        if problem:
            yield f"{found.label} {KINDS[found.kind].label(op)}: {problem}"


def _value_problem(field: Field, op: str, value: Any) -> str:
    if op in NO_VALUE:
        return ""
    if op == "in_last_days":
        good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_DAYS
        return "" if good else "enter a number of days, 1 or more."
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            return "enter two values, from and to."
        if field.kind == "custom":
            good = all(map(day_of, value)) or all(map(is_number, value))
            return "" if good else "enter two numbers or two dates such as 2026-05-01."
        return next(filter(None, (_one_problem(field, op, each) for each in value)), "")
    if op in LISTS:
        if not isinstance(value, list) or not value:
            return "enter at least one value, as a list."
        if len(value) > MAX_LIST:
            return f"enter at most {MAX_LIST} values."
        return next(filter(None, (_one_problem(field, op, each) for each in value)), "")
    return _one_problem(field, op, value)


def _one_problem(field: Field, op: str, value: Any) -> str:
    if value is None or (isinstance(value, str) and not clean(value[:MAX_TEXT])):
        return "enter a value."
    if field.name == "contact.phone" and not any(one in "0123456789" for one in str(value)):
        return "enter a phone number."
    check = KINDS[field.kind].problem or _CHECKS.get(field.kind, _text_problem)
    if field.kind == "custom" and op in ("greater", "less"):
        check = _number_problem
    if field.kind == "custom" and op in ("before", "after"):
        check = _date_problem
    return check(value)


def _text_problem(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return ""
    if not isinstance(value, str):
        return "the value must be text or a number."
    return f"the value is longer than {MAX_TEXT} characters." if len(value) > MAX_TEXT else ""


def _country_problem(value: Any) -> str:
    good = isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha()
    return "" if good else "enter a two-letter country code, such as US."


def _number_problem(value: Any) -> str:
    return "" if is_number(value) else "enter a number."


def _date_problem(value: Any) -> str:
    return "" if day_of(value) else "enter a date such as 2026-05-01."


def _status_problem(value: Any) -> str:
    return "" if value in STATUSES else f"enter {joined(STATUSES, 'or')}."


def _sms_consent_problem(value: Any) -> str:
    return "" if value in SMS_CONSENTS else f"enter {joined(SMS_CONSENTS, 'or')}."


def _short(value: Any) -> str:
    return value[:60] if isinstance(value, str) else type(value).__name__ if value is not None else ""


_CHECKS: dict[FieldKind, Callable[[Any], str]] = {
    "country": _country_problem,
    "number": _number_problem,
    "date": _date_problem,
    "moment": _date_problem,
    "status": _status_problem,
    "sms_consent": _sms_consent_problem,
    "tags": _text_problem,
}
