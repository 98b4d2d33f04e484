"""The definition of a workflow: a JSON document, parsed into a typed `Definition`."""

from app.workflows.domain.definition.copying import copy_definition, new_ids, with_ids
from app.workflows.domain.definition.document import FORMAT, MAX_STEPS, UnreadableFormat, upgrade, with_values
from app.workflows.domain.definition.duration import WholePath, days, longest_path, shortest_path
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import TRIGGER_ID, Definition, Goal, Part, Path, Step, Trigger
from app.workflows.domain.definition.references import Reference, references

__all__ = [
    "FORMAT",
    "MAX_STEPS",
    "TRIGGER_ID",
    "Definition",
    "Goal",
    "Part",
    "Path",
    "Reference",
    "Step",
    "Trigger",
    "UnreadableFormat",
    "WholePath",
    "copy_definition",
    "days",
    "longest_path",
    "new_ids",
    "parse",
    "references",
    "shortest_path",
    "upgrade",
    "with_ids",
    "with_values",
]
