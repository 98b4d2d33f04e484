"""The JSON document of a definition: its format and limits, and changing values in a copy.

It contains `trigger`, `steps` and `goals`, and a `format` number, by which `upgrade` converts old documents
and rejects newer ones. Templates and workflows use the same format.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]

FORMAT = 1

MAX_STEPS = 100
MAX_NESTING = 6
MAX_GOALS = 3
MAX_NAME = 80
ID_PATTERN = r"[a-z0-9_-]{1,40}"


class UnreadableFormat(ValueError):
    """The document's format is unknown or newer than this version. The message is a sentence for users."""


MIGRATIONS: dict[int, Callable[[Document], Document]] = {}
"""From format n to n + 1. Empty as long as format 1 is the only one."""


def plain_copy(value: Any) -> Any:
    """Return a deep copy of a JSON value; faster than `deepcopy`."""
    if isinstance(value, dict):
        return {key: plain_copy(inner) for key, inner in value.items()}
    return [plain_copy(inner) for inner in value] if isinstance(value, list) else value


def value_at(document: Document, pointer: tuple[str | int, ...]) -> Any:
    """Return the value at a pointer. Raises KeyError or IndexError if there is none."""
    value: Any = document
    for key in pointer:
        value = value[key]
    return value


def with_values(document: Document, values: Mapping[tuple[str | int, ...], Any]) -> Document:
    """Return a copy with values set at the given pointers, whose parent containers must exist."""
    copied: Document = plain_copy(document)
    for pointer, value in values.items():
        value_at(copied, pointer[:-1])[pointer[-1]] = value
    return copied


def upgrade(document: Any) -> Document:
    """Return the document in the current format. Raises `UnreadableFormat`; never modifies its argument."""
    if not isinstance(document, dict):
        raise UnreadableFormat("This isn’t a workflow. It needs a trigger, steps, and goals.")
    number = document.get("format")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UnreadableFormat("The format number is missing, so this can’t be read.")
    if number > FORMAT:
        raise UnreadableFormat(
            f"This was created by a newer version of Muster (format {number}). "
            f"This version reads formats up to {FORMAT}. Update Muster and try again."
        )
    current: Document = document
    for old in range(number, FORMAT):
        current = MIGRATIONS[old](current)
    return current
