"""References in settings, filters and criteria: to message steps, and to other workflows of the account.

This is the only traversal of references, used to check them, to rewrite the ids of steps in a copy, and to
remove workflows that another account does not have, so a new kind of reference cannot be handled by one and
missed by the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.contacts.domain.criteria import NO_VALUE, field_named, placed_rules
from app.workflows.domain.definition.parts import Definition, Part, Pointer, Step, Trigger

FORM: Final = "form"
"""What settings are called that name a form."""
RefersTo = Literal["message", "workflow"]
_KINDS: dict[str, RefersTo] = {"message": "message", "workflow": "workflow"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference of the part `user`, at its `field`, to `target`.

    `target` is the id of a step, which must support `event`, or the public id of a workflow. `pointer` is the
    place of the id in the document. `counts` is False for settings that do not apply: such references are not
    checked, but still rewritten in a copy.
    """

    kind: RefersTo
    user: Part
    field: str
    target: str
    event: str
    pointer: Pointer
    counts: bool = True


def references(definition: Definition) -> Iterator[Reference]:
    """Yield every reference to a message step or a workflow, in reading order."""
    for part in definition.parts:
        yield from _in_settings(part)
        if isinstance(part, Trigger):
            yield from _in_criteria(part, "filters", part.filters, (*part.pointer, "filters"))
        elif isinstance(part, Step):
            for path in part.paths:
                field, pointer = f"{path.field}.criteria", (*path.pointer, "criteria")
                yield from _in_criteria(part, field, path.criteria, pointer)


def form_of(part: Part) -> str:
    """Return the name of the form that a part asks about; empty if it asks about none, or about any."""
    settings = part.kind.applying(part.config) if part.kind else ()
    return part.config.text(FORM).strip() if any(one.name == FORM for one in settings) else ""


def _in_settings(part: Part) -> Iterator[Reference]:
    if part.kind is None:
        return
    applying = part.kind.applying(part.config)
    for setting in part.kind.settings:
        target = part.config.text(setting.name)
        if not target or (setting.event is None and setting.kind != "workflow"):
            continue
        pointer = (*part.pointer, "config", setting.name)
        counts = setting in applying
        if setting.event is None:
            yield Reference("workflow", part, setting.name, target, "", pointer, counts)
        else:
            event = setting.event(part.config)
            yield Reference("message", part, setting.name, target, event, pointer, counts)


def _in_criteria(part: Part, field: str, criteria: Any, pointer: Pointer) -> Iterator[Reference]:
    for rule, place in placed_rules(criteria, pointer):
        asked = field_named(rule.field)
        if asked and (kind := _KINDS.get(asked.kind)):
            event = asked.name.removeprefix("event.") if kind == "message" else ""
            counts = rule.op not in NO_VALUE
            for target, where in _targets(rule.value, (*place, "value")):
                yield Reference(kind, part, field, target, event, where, counts)


def _targets(value: Any, pointer: Pointer) -> Iterator[tuple[str, Pointer]]:
    if isinstance(value, str):
        yield value, pointer
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, str):
                yield one, (*pointer, index)
