"""Where people go who are moved to a new version of their workflow (E-08)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from app.engine.domain import EnrollmentStatus
from app.workflows.domain import Definition

LEAVE: Final = "leave"
"""What is chosen for a step that no longer exists, instead of another step: people leave the workflow."""


class MoveStatus(StrEnum):
    """Of a move of people to another version."""

    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Way(StrEnum):
    """STAYS: at the same step of the new version, waiting for the same. BEGINS: at another step, which begins
    anew. LEAVES: the workflow."""

    STAYS = "stays"
    BEGINS = "begins"
    LEAVES = "leaves"


class Destination(NamedTuple):
    """What becomes of the people at a step."""

    way: Way
    step_id: str | None = None


def is_kept(step_id: str | None, old: Definition, new: Definition) -> bool:
    """Return whether a step exists in both definitions, with the same type."""
    before, after = (definition.step(step_id or "") for definition in (old, new))
    return before is not None and after is not None and before.type == after.type


def destination(
    step_id: str | None, status: str, old: Definition, new: Definition, elsewhere: Mapping[str, str]
) -> Destination | None:
    """Return what becomes of people at a step of the old definition; None if nobody has decided.

    Whoever has not begun, begins at the first step. At a step that is switched off in the new one, people
    begin, too, so that they pass it without what they were waiting for. `elsewhere` is {id of a step that no
    longer exists: id of another one, or LEAVE}.
    """
    if status == EnrollmentStatus.HELD or not step_id:
        return Destination(Way.BEGINS, new.steps[0].id if new.steps else None)
    if is_kept(step_id, old, new):
        is_live = any(step.id == step_id for step in new.live_steps)
        return Destination(Way.STAYS if is_live else Way.BEGINS, step_id)
    chosen = elsewhere.get(step_id)
    if chosen is None:
        return None
    return Destination(Way.LEAVES) if chosen == LEAVE else Destination(Way.BEGINS, chosen)
