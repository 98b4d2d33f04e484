"""The canonical form of a definition, in which templates are written to files.

Databases do not keep the order of keys, so that equal definitions are only written alike if each key has its
place: those of the structure first, then settings as their type declares them.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from app.workflows.domain import GOALS, STEPS, TRIGGERS
from app.workflows.domain.definition.document import Document
from app.workflows.domain.types.declarations import Registry

_WHOLE = ("format", "trigger", "steps", "goals")
_GOALS = ("match", "items")
_PART = ("id", "type", "enabled", "config", "filters")
_PATH = ("id", "name", "percent", "criteria", "steps")
_FORK = ("arms", "default")
_VALUE = ("all", "any", "field", "op", "value", "amount", "unit")
_NO_GOALS: Document = {"match": "any", "items": []}

_Types = Registry[Any]


def canonical(definition: Document) -> Document:
    """Return a copy of a definition in canonical form, without defaults that reading it fills in again."""
    found = _ordered(
        definition,
        _WHOLE,
        trigger=partial(_switched, types=TRIGGERS),
        steps=_steps,
        goals=lambda goals: _ordered(goals, _GOALS, items=_goals),
    )
    if found.get("goals") == _NO_GOALS:
        del found["goals"]
    return found


def _steps(steps: list[Document]) -> list[Document]:
    return [_switched(step, STEPS) for step in steps]


def _goals(goals: list[Document]) -> list[Document]:
    return [_part(goal, GOALS) for goal in goals]


def _switched(part: Document, types: _Types) -> Document:
    """Return a trigger or a step, which are switched on unless they say otherwise."""
    found = _part(part, types)
    return {name: value for name, value in found.items() if (name, value) != ("enabled", True)}


def _part(part: Document, types: _Types) -> Document:
    kind = types.get(part.get("type"))
    settings = (*(setting.name for setting in kind.settings), *_FORK) if kind else _FORK
    found = _ordered(
        part, _PART, config=lambda config: _ordered(config, settings, arms=_paths, default=_path)
    )
    return {name: value for name, value in found.items() if (name, value) != ("config", {})}


def _paths(paths: list[Document]) -> list[Document]:
    return [_path(path) for path in paths]


def _path(path: Document) -> Document:
    return _ordered(path, _PATH, steps=_steps)


def _ordered(mapping: Mapping[str, Any], order: Collection[str], **inner: Callable[[Any], Any]) -> Document:
    """Return a copy with the keys of `order` first and the others by name; `inner` are forms of values."""
    names = [name for name in dict.fromkeys(order) if name in mapping]
    names += sorted(mapping.keys() - set(names))
    return {name: inner.get(name, _value)(mapping[name]) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _ordered(value, _VALUE)
    return [_value(one) for one in value] if isinstance(value, list) else value
