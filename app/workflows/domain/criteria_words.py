"""Conditions in plain words: “Country is Germany and has clicked a link in “Welcome””."""

from collections.abc import Mapping
from typing import Any

from app.workflows.domain.criteria import group_of
from app.workflows.domain.definition import MAX_CRITERIA_NESTING
from app.workflows.domain.fields import OPERATORS, Field, field_named
from app.workflows.domain.words import country_words, day_words, joined, quoted, sentence

MESSAGE_VERBS = {
    "event.email_opened": "opened",
    "event.link_clicked": "clicked a link in",
    "event.replied": "replied to",
}
TAG_WORDS = {
    ("has_any", False): "has any of the tags",
    ("has_all", False): "has all of the tags",
    ("has_none", False): "has none of the tags",
    ("has_any", True): "has the tag",
    ("has_all", True): "has the tag",
    ("has_none", True): "does not have the tag",
}
NO_CONDITIONS = "No conditions yet"


def criteria_words(criteria: Any, messages: Mapping[str, str] | None = None) -> str:
    """The conditions as one sentence. `messages`: step id -> subject, from `describe.message_names`."""
    return sentence(_group(criteria, messages or {}, 1)) or NO_CONDITIONS


def _group(group: Any, messages: Mapping[str, str], depth: int) -> str:
    if depth > MAX_CRITERIA_NESTING:
        return "…"
    join, members = group_of(group)
    parts = [_member(member, messages, depth) for member in members if isinstance(member, dict)]
    words = [part for part in parts if part]
    return f" {'or' if join == 'any' else 'and'} ".join(words)


def _member(member: dict[str, Any], messages: Mapping[str, str], depth: int) -> str:
    if "field" in member or "op" in member:
        return rule_words(member.get("field"), member.get("op"), member.get("value"), messages)
    inner = _group(member, messages, depth + 1)
    return f"({inner})" if len(group_of(member)[1]) > 1 else inner


def rule_words(field: Any, op: Any, value: Any, messages: Mapping[str, str]) -> str:
    """One condition in words."""
    found = field_named(field)
    if found is None or not isinstance(op, str) or op not in OPERATORS:
        return "an incomplete condition"
    if found.kind == "message":
        return _message_rule(found, op, value, messages)
    if found.kind == "tags":
        return _tag_rule(op, value)
    if op in ("is_empty", "is_not_empty"):
        return f"{found.label} {OPERATORS[op]}"
    if op == "in_last_days":
        return f"{found.label} was in the last {_shown(found, value)} days"
    if op == "between" and isinstance(value, list) and len(value) == 2:
        return f"{found.label} is between {_shown(found, value[0])} and {_shown(found, value[1])}"
    return f"{found.label} {OPERATORS[op]} {_shown(found, value)}"


def _message_rule(field: Field, op: str, value: Any, messages: Mapping[str, str]) -> str:
    has = "has not" if op in ("not_equals", "is_empty") else "has"
    verb = MESSAGE_VERBS[field.name]
    if op in ("is_empty", "is_not_empty"):
        return f"{has} {verb} any message"
    ids = value if isinstance(value, list) else [value]
    names = [
        quoted(messages[one]) if isinstance(one, str) and one in messages else "a message" for one in ids
    ]
    return f"{has} {verb} {joined(names, 'or')}"


def _tag_rule(op: str, value: Any) -> str:
    if op in ("is_empty", "is_not_empty"):
        return "has no tags" if op == "is_empty" else "has a tag"
    tags = [quoted(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    words = TAG_WORDS.get((op, len(tags) == 1), OPERATORS[op])
    return f"{words} {joined(tags, 'and' if op == 'has_all' else 'or')}"


def _shown(field: Field, value: Any) -> str:
    if isinstance(value, list):
        return joined([_shown(field, one) for one in value[:100] if not isinstance(one, list)], "or")
    if value is None or value == "":
        return "…"
    if field.kind == "country":
        return country_words(value)
    if field.kind in ("date", "moment", "custom"):
        return day_words(value)[:80]
    return str(value)[:80] if isinstance(value, str | int | float) else "…"
