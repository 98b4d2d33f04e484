"""Criteria as text: “Country is Germany and has any of the tags “a” or “b””."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.accounts.domain.regions import countries
from app.contacts.domain.criteria.document import MAX_NESTING, group_of
from app.contacts.domain.criteria.fields import KINDS, OPERATORS, Field, field_named
from app.contacts.domain.criteria.values import MAX_LIST, day_of
from app.platform.text.formats import long_date
from app.platform.text.words import joined, quoted, sentence

TAG_WORDS = {
    ("has_any", False): "has any of the tags",
    ("has_all", False): "has all of the tags",
    ("has_none", False): "has none of the tags",
    ("has_any", True): "has the tag",
    ("has_all", True): "has the tag",
    ("has_none", True): "does not have the tag",
}
NO_CONDITIONS = "No conditions yet"


def criteria_words(criteria: Any, names: Mapping[str, str] | None = None) -> str:
    """Describe the criteria in one sentence. `names` is {id: name} of the records of other rooms in the
    rules."""
    return sentence(_group(criteria, names or {}, 1)) or NO_CONDITIONS


@dataclass(frozen=True)
class Outline:
    """Criteria as a list: `members` are sentences and nested outlines, joined by “all” or “any”."""

    join: str
    members: tuple["str | Outline", ...]


def criteria_outline(criteria: Any, names: Mapping[str, str] | None = None, depth: int = 1) -> Outline:
    """Describe the criteria as a nested list. `names` as for `criteria_words`."""
    join, members = group_of(criteria)
    found: list[str | Outline] = []
    for member in members:
        if not isinstance(member, dict):
            continue
        if "field" in member or "op" in member:
            rule = rule_words(member.get("field"), member.get("op"), member.get("value"), names or {})
            found.append(sentence(rule))
        elif depth < MAX_NESTING:
            found.append(criteria_outline(member, names, depth + 1))
    return Outline(join, tuple(found))


def _group(group: Any, names: Mapping[str, str], depth: int) -> str:
    if depth > MAX_NESTING:
        return "…"
    join, members = group_of(group)
    parts = [_member(member, names, depth) for member in members if isinstance(member, dict)]
    words = [part for part in parts if part]
    return f" {'or' if join == 'any' else 'and'} ".join(words)


def _member(member: dict[str, Any], names: Mapping[str, str], depth: int) -> str:
    if "field" in member or "op" in member:
        return rule_words(member.get("field"), member.get("op"), member.get("value"), names)
    inner = _group(member, names, depth + 1)
    return f"({inner})" if len(group_of(member)[1]) > 1 else inner


def rule_words(field: Any, op: Any, value: Any, names: Mapping[str, str]) -> str:
    """Describe one rule."""
    found = field_named(field)
    if found is None or not isinstance(op, str) or op not in OPERATORS:
        return "an incomplete condition"
    if words := KINDS[found.kind].words:
        return words(found, op, value, names)
    if found.kind == "tags":
        return _tag_rule(op, value)
    if op in ("is_empty", "is_not_empty"):
        return f"{found.label} {OPERATORS[op]}"
    if op == "in_last_days":
        return f"{found.label} was in the last {_shown(found, value)} days"
    if op == "between" and isinstance(value, list) and len(value) == 2:
        return f"{found.label} is between {_shown(found, value[0])} and {_shown(found, value[1])}"
    return f"{found.label} {OPERATORS[op]} {_shown(found, value)}"


def _tag_rule(op: str, value: Any) -> str:
    if op in ("is_empty", "is_not_empty"):
        return "has no tags" if op == "is_empty" else "has a tag"
    tags = [quoted(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    words = TAG_WORDS.get((op, len(tags) == 1), OPERATORS[op])
    return f"{words} {joined(tags, 'and' if op == 'has_all' else 'or') or '…'}"


def _shown(field: Field, value: Any) -> str:
    if isinstance(value, list):
        shown = [_shown(field, one) for one in value[:MAX_LIST] if not isinstance(one, list)]
        return joined(shown, "or") or "…"
    if value is None or value == "":
        return "…"
    if field.kind == "country":
        return country_words(value)
    if field.kind in ("date", "moment", "custom"):
        return day_words(value)[:80]
    return str(value)[:80] if isinstance(value, str | int | float) else "…"


def day_words(value: Any) -> str:
    """Format an ISO date as “March 3, 2026”; return anything else unchanged, as text."""
    day = day_of(value)
    return long_date(day) if day else str(value)


def country_words(value: Any) -> str:
    """Return the name of a country code (“Germany” for DE); return anything else unchanged, as text."""
    return countries().get(value.upper(), value) if isinstance(value, str) else str(value)
