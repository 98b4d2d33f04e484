"""Names of copies of workflows."""

import re
from collections.abc import Collection

from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME

_MARK = re.compile(r" \(copy(?: \d+)?\)$")


def copy_name(name: str, others: Collection[str]) -> str:
    """Return the name of a copy, which none of `others` is, whatever the case: “Welcome (copy)”, then
    “Welcome (copy 2)”, also for the copy of a copy."""
    taken = {other.casefold() for other in others}
    base, number = _MARK.sub("", name), 1
    while True:
        mark = " (copy)" if number == 1 else f" (copy {number})"
        found = base[: MAX_WORKFLOW_NAME - len(mark)].rstrip() + mark
        if found.casefold() not in taken:
            return found
        number += 1
