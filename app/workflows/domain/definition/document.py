"""The definition document: what a workflow does, the same in templates and workflows.

It is plain JSON (`trigger`, `steps`, `goals`) with a `format` number, so that old documents can be carried
forward by `upgrade` and newer ones are refused with a sentence.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
Step: TypeAlias = dict[str, Any]

FORMAT = 1

MAX_STEPS = 100
MAX_NESTING = 6
MAX_GOALS = 3
BRANCH_ARMS = (2, 10)
SPLIT_ARMS = (2, 5)
MAX_NAME = 80
ID_PATTERN = r"[a-z0-9_-]{1,40}"


class UnreadableFormat(ValueError):
    """The document's format is unknown or newer than this version; the text is a sentence for a person."""


MIGRATIONS: dict[int, Callable[[Document], Document]] = {}
"""From format n to n + 1. Empty as long as format 1 is the only one."""


def empty_definition() -> Document:
    """The document of a workflow that somebody starts from nothing."""
    return {
        "format": FORMAT,
        "trigger": {"type": "manual", "enabled": True, "config": {}},
        "steps": [],
        "goals": {"match": "any", "items": []},
    }


def plain_copy(value: Any) -> Any:
    """A copy of a JSON value in which nothing is shared with the original; quicker than `deepcopy`."""
    if isinstance(value, dict):
        return {key: plain_copy(inner) for key, inner in value.items()}
    return [plain_copy(inner) for inner in value] if isinstance(value, list) else value


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
