"""The statuses of a workflow, the transitions between them (W-02): draft → active ⇄ paused ⇄ archived, and
the orders of lists."""

from enum import StrEnum
from typing import Final

MAX_WORKFLOW_NAME: Final = 120


class Status(StrEnum):
    """Status of a workflow."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Sort(StrEnum):
    """Order of a list of workflows; a minus means descending."""

    UPDATED = "-updated"
    UPDATED_UP = "updated"
    NAME = "name"
    NAME_DOWN = "-name"
    CREATED_DOWN = "-created"
    CREATED = "created"

    @property
    def ascends(self) -> bool:
        return not self.value.startswith("-")


LEGAL: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.ACTIVE}),
    Status.ACTIVE: frozenset({Status.PAUSED}),
    Status.PAUSED: frozenset({Status.ACTIVE, Status.ARCHIVED}),
    Status.ARCHIVED: frozenset(),
}

_WHY: dict[tuple[Status, Status], str] = {
    (Status.DRAFT, Status.PAUSED): "It is a draft, so there is nothing to pause.",
    (Status.DRAFT, Status.ARCHIVED): "It is a draft. Only a workflow that has been active can be archived.",
    (Status.ACTIVE, Status.ARCHIVED): "It is active. Pause it first, then archive it.",
    (Status.ACTIVE, Status.DRAFT): "It has been activated, so it can’t become a draft again.",
    (Status.PAUSED, Status.DRAFT): "It has been activated, so it can’t become a draft again.",
}


def refusal(status: str, to: str) -> str:
    """Return why a transition is not allowed, as a sentence; empty if it is."""
    try:
        old, new = Status(status), Status(to)
    except ValueError:
        return "This status doesn’t exist."
    if new in LEGAL[old]:
        return ""
    if old == new:
        return f"It is already {old}."
    if old == Status.ARCHIVED:
        return "It is archived and can’t be changed."
    return _WHY[old, new]


def deletion_refusal(status: str) -> str:
    """Return why a workflow with this status can't be deleted, as a sentence; empty if it can."""
    return {
        Status.ACTIVE.value: "It is active. Pause and archive it first.",
        Status.PAUSED.value: "It is paused. Archive it first.",
    }.get(status, "")


def can_be_edited(status: str) -> bool:
    """Return whether a workflow with this status can be changed."""
    return status != Status.ARCHIVED
