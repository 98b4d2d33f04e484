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


def rules(criteria: Any) -> Iterator[Rule]:
    """Yield all rules in document order, including those of nested groups."""
    return (rule for rule, _ in placed_rules(criteria))


def placed_rules(
    criteria: Any, place: tuple[str | int, ...] = (), depth: int = 0
) -> Iterator[tuple[Rule, tuple[str | int, ...]]]:
    """Yield all rules, each with the keys and indexes that lead to it; `place` leads to the criteria."""
    if depth > MAX_NESTING:
        return
    join, members = group_of(criteria)
    for index, member in enumerate(members):
        if isinstance(member, dict):
            its_place = (*place, join, index)
            if "field" in member:
                yield Rule(member.get("field"), member.get("op"), member.get("value")), its_place
            else:
                yield from placed_rules(member, its_place, depth + 1)


def rules_on(criteria: Any, key: str) -> list[tuple[Any, Any]]:
    """Return the (operator, value) of the rules on a custom field, given its key."""
    return [(rule.op, rule.value) for rule in rules(criteria) if custom_key(rule.field) == key]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
