"""The JSON document of a definition: its format and limits, and values changed in a copy.

`trigger`, `steps` and `goals` with a `format` number, so that old documents can be carried forward by
`upgrade` and newer ones are refused with a sentence. The same in templates and workflows.
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
    """The document's format is unknown or newer than this version; the text is a sentence for a person."""


MIGRATIONS: dict[int, Callable[[Document], Document]] = {}
"""From format n to n + 1. Empty as long as format 1 is the only one."""


def plain_copy(value: Any) -> Any:
    """A copy of a JSON value in which nothing is shared with the original; quicker than `deepcopy`."""
    if isinstance(value, dict):
        return {key: plain_copy(inner) for key, inner in value.items()}
    return [plain_copy(inner) for inner in value] if isinstance(value, list) else value


def value_at(document: Document, pointer: tuple[str | int, ...]) -> Any:
    """The value to which a pointer leads. Raises KeyError or IndexError when nothing is there."""
    value: Any = document
    for key in pointer:
        value = value[key]
    return value


def with_values(document: Document, values: Mapping[tuple[str | int, ...], Any]) -> Document:
    """A copy in which each pointer leads to its value. The lists and mappings on the way to it exist."""
    copied: Document = plain_copy(document)
    for pointer, value in values.items():
        value_at(copied, pointer[:-1])[pointer[-1]] = value
    return copied


def upgrade(document: Any) -> Document:
    """The document in today's format. Raises `UnreadableFormat`; never changes its argument."""
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
