"""Who refers to a message step: settings, filters and criteria.

This is the only traversal of references. Checking them reads what it yields, and copying a definition writes
new ids where it points, so a new kind of reference cannot be known to one and not to the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.contacts.domain.criteria import MAX_NESTING, NO_VALUE, field_named, group_of
from app.workflows.domain.definition.parts import Definition, Part, Pointer, Step, Trigger


@dataclass(frozen=True, slots=True)
class Reference:
    """`user` refers, at its `field`, to the step `target`, to which `event` has to be able to happen.
    `pointer` leads to the id in the document. `counts`: whether it has to be right; one that does not count
    (of a setting that does not apply) is carried along in a copy all the same."""

    user: Part
    field: str
    target: str
    event: str
    pointer: Pointer
    counts: bool = True


def references(definition: Definition) -> Iterator[Reference]:
    """Every reference to a message step, in reading order."""
    for part in definition.parts:
        yield from _in_settings(part)
        if isinstance(part, Trigger):
            yield from _in_criteria(part, "filters", part.filters, (*part.pointer, "filters"))
        elif isinstance(part, Step):
            for path in part.paths:
                field, pointer = f"{path.field}.criteria", (*path.pointer, "criteria")
                yield from _in_criteria(part, field, path.criteria, pointer)


def _in_settings(part: Part) -> Iterator[Reference]:
    if part.kind is None:
        return
    applying = part.kind.applying(part.config)
    for setting in part.kind.settings:
        if setting.event is None or not (target := part.config.text(setting.name)):
            continue
        pointer = (*part.pointer, "config", setting.name)
        event, counts = setting.event(part.config), setting in applying
        yield Reference(part, setting.name, target, event, pointer, counts)


def _in_criteria(
    part: Part, field: str, criteria: Any, pointer: Pointer, depth: int = 0
) -> Iterator[Reference]:
    if depth > MAX_NESTING:
        return
    join, members = group_of(criteria)
    for index, member in enumerate(members):
        place = (*pointer, join, index)
        if not isinstance(member, dict):
            continue
        if "field" not in member:
            yield from _in_criteria(part, field, member, place, depth + 1)
            continue
        asked = field_named(member["field"])
        if asked and asked.kind == "message":
            event, counts = asked.name.removeprefix("event."), member.get("op") not in NO_VALUE
            for target, where in _targets(member.get("value"), (*place, "value")):
                yield Reference(part, field, target, event, where, counts)


def _targets(value: Any, pointer: Pointer) -> Iterator[tuple[str, Pointer]]:
    if isinstance(value, str):
        yield value, pointer
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, str):
                yield one, (*pointer, index)
