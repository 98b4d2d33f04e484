"""Definitions from outside, such as files and programs: any JSON is completed or refused.

Whether a definition is a valid workflow is up to `validation`.
"""

from typing import Any, Final

from app.workflows.domain.checks.storable import unstorable
from app.workflows.domain.definition.document import (
    MAX_STEPS,
    Document,
    UnreadableFormat,
    plain_copy,
    upgrade,
    value_at,
)
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import Definition

MAX_CHECKED_STEPS: Final = 5 * MAX_STEPS
"""With more steps, only their number is reported, because checking all of them would take long."""


def incoming(document: Any) -> Document:
    """Return a copy in the current format with defaults filled in. Raises UnreadableFormat."""
    if reason := unstorable(document):
        raise UnreadableFormat(reason)
    definition = parse(upgrade(document))
    steps = len(definition.all_steps)
    if steps > MAX_CHECKED_STEPS:
        raise UnreadableFormat(f"There are {steps} steps; the maximum is {MAX_STEPS}.")
    return _complete(definition)


def _complete(definition: Definition) -> Document:
    """Return a copy of the document with defaults: `enabled` and `config` of each part, and `goals`."""
    filled: Document = plain_copy(definition.document)
    if not filled.get("goals"):
        filled["goals"] = {"match": "any", "items": []}
    switched = [definition.trigger] if definition.trigger.exists else []
    for part in (*switched, *definition.all_steps):
        value_at(filled, part.pointer).setdefault("enabled", True)
    for part in (*switched, *definition.all_steps, *definition.goals):
        value_at(filled, part.pointer).setdefault("config", {})
    return filled
