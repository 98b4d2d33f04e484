"""Criteria documents that are changed because what they refer to is gone: a custom field that was merged into
another, or a person who was erased."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from app.contacts.domain.criteria.document import MAX_NESTING
from app.contacts.domain.criteria.fields import custom_key
from app.platform.text.redacting import ERASED, address_pattern

ERASED_PHONE: Final = f"{ERASED} 0"  # a phone number needs a digit; this is nobody's
_PHONES: Final = ("contact.phone", "contact.search")
_PARTS: Final = ("contains", "starts_with", "ends_with")
_OWN: Final = ("contact.email", "contact.phone")  # in which only the person has the value
_NEGATIVE: Final = {"not_equals": "equals", "has_none": "has_any"}
_MIN_DIGITS: Final = 7

ChangeRule = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def with_rules(document: Any, change: ChangeRule, depth: int = 0) -> Any:
    """Return a copy of a document with each rule replaced by what `change` returns. Parts that are not valid
    criteria stay as they are."""
    if not isinstance(document, dict) or depth > MAX_NESTING:
        return document
    if "field" in document:
        return dict(change(document))
    return {
        key: [with_rules(member, change, depth + 1) for member in members]
        if isinstance(members, list)
        else members
        for key, members in document.items()
    }


def with_field_moved(document: Any, source: str, target: str, typed: ChangeRule) -> Any:
    """Return a copy in which rules on the custom field with the key `source` are on `target`. `typed` gives
    their values the form in which the source stores them."""

    def moved(rule: Mapping[str, Any]) -> Mapping[str, Any]:
        if custom_key(rule.get("field")) != source:
            return rule
        return {**typed(rule), "field": f"contact.custom.{target}"}

    return with_rules(document, moved)


def without_person(document: Any, texts: Collection[str], numbers: Collection[str]) -> Any:
    """Return a copy without a person's addresses and phone numbers.

    `texts` are lower-case email addresses, `numbers` phone numbers with a country code. In their place rules
    name nobody, so that a filter never matches more contacts than before.
    """
    digits = ["".join(filter(str.isdigit, number)) for number in numbers]

    def redacted(rule: Mapping[str, Any]) -> Mapping[str, Any]:
        value = rule.get("value")
        is_phone = rule.get("field") == "contact.phone"
        values = value if isinstance(value, list) else [value]
        kept = [
            one
            for one in values
            if not _names(one, texts) and not (rule.get("field") in _PHONES and _is_number(one, digits))
        ]
        if len(kept) == len(values):
            return rule
        op, blank = rule.get("op"), ERASED_PHONE if is_phone else ERASED
        if op in _NEGATIVE and rule.get("field") not in _OWN:  # others may have the value
            op = _NEGATIVE[op]
        elif is_phone and op in _PARTS:
            op = "equals"
        is_any = op in ("in_list", "has_any") and op == rule.get("op")
        return {**rule, "op": op, "value": _value(value, blank, kept if is_any else [])}

    return with_rules(document, redacted)


def _value(before: Any, blank: str, kept: list[Any]) -> Any:
    return (kept or [blank]) if isinstance(before, list) else blank


def _names(value: Any, texts: Collection[str]) -> bool:
    return isinstance(value, str) and any(address_pattern(one).search(value) for one in texts)


def _is_number(value: Any, digits: Collection[str]) -> bool:
    """Return whether a value is one of the numbers, with or without its country code."""
    own = "".join(filter(str.isdigit, str(value))).lstrip("0")
    return len(own) >= _MIN_DIGITS and any(one.endswith(own) for one in digits)
