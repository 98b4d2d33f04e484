"""A criteria document: `{all: [...]}` or `{any: [...]}` of rules `{field, op, value}`, up to four deep.

Reading is tolerant, so that drafts can be shown and described; `problems` says what is wrong with one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_RULES = 50
MAX_NESTING = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition as it was written."""

    field: Any
    op: Any
    value: Any


def group_of(criteria: Any) -> tuple[str, list[Any]]:
    """(“all” or “any”, its members); an empty “all” for what is no group."""
    group = criteria if isinstance(criteria, dict) else {}
    if "any" in group and "all" not in group:
        return "any", _list(group["any"])
    return "all", _list(group.get("all"))


def rules(criteria: Any, depth: int = 0) -> Iterator[Rule]:
    """All single conditions, in order."""
    if depth > MAX_NESTING:
        return
    for member in group_of(criteria)[1]:
        if isinstance(member, dict):
            if "field" in member:
                yield Rule(member.get("field"), member.get("op"), member.get("value"))
            else:
                yield from rules(member, depth + 1)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
