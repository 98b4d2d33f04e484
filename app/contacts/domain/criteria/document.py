"""Criteria documents: `{all: [...]}` or `{any: [...]}` of rules `{field, op, value}`, up to four levels deep.

Reading is tolerant, so that drafts can be shown and described; `problems` validates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.contacts.domain.criteria.fields import custom_key

MAX_RULES = 50
MAX_NESTING = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition as written in the document."""

    field: Any
    op: Any
    value: Any


def group_of(criteria: Any) -> tuple[str, list[Any]]:
    """Return (“all” or “any”, members); an empty “all” for anything that is not a group."""
    group = criteria if isinstance(criteria, dict) else {}
    if "any" in group and "all" not in group:
        return "any", _list(group["any"])
    return "all", _list(group.get("all"))


def rules(criteria: Any, depth: int = 0) -> Iterator[Rule]:
    """Yield all rules in document order, including those of nested groups."""
    if depth > MAX_NESTING:
        return
    for member in group_of(criteria)[1]:
        if isinstance(member, dict):
            if "field" in member:
                yield Rule(member.get("field"), member.get("op"), member.get("value"))
            else:
                yield from rules(member, depth + 1)


def rules_on(criteria: Any, key: str) -> list[tuple[Any, Any]]:
    """Return the (operator, value) of the rules on a custom field, given its key."""
    return [(rule.op, rule.value) for rule in rules(criteria) if custom_key(rule.field) == key]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
