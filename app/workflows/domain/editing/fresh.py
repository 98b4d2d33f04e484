"""New definitions, steps and paths, with the initial settings that their types declare."""

from typing import Any

from app.workflows.domain.definition.copying import FreshIds
from app.workflows.domain.definition.document import FORMAT, Document, plain_copy
from app.workflows.domain.steps import TRIGGERS
from app.workflows.domain.types.declarations import ForkType, PartType, StepType

EVERYONE_ELSE = "Everyone else"


def blank() -> Document:
    """Return a definition without steps or goals, with the first type of trigger."""
    kind = next(iter(TRIGGERS))
    trigger = {"type": kind.type, "enabled": True, "config": fresh_config(kind)}
    return {"format": FORMAT, "trigger": trigger, "steps": [], "goals": {"match": "any", "items": []}}


def fresh_step(kind: StepType, ids: FreshIds) -> dict[str, Any]:
    """Return a new step. What it still needs is missing, and reported as a problem."""
    step_id, config = ids.make(), fresh_config(kind)
    if kind.fork:
        config |= _paths(kind.fork, ids)
    return {"id": step_id, "type": kind.type, "enabled": True, "config": config}


def fresh_config(kind: PartType) -> dict[str, Any]:
    """Return the initial settings of a type."""
    given = {one.name: plain_copy(one.fresh) for one in kind.settings if one.fresh is not None}
    siblings = {one.name: one for one in kind.settings}
    applying = {one.name for one in kind.settings if one.applies(given, siblings)}
    return {name: value for name, value in given.items() if name in applying}


def fresh_path(fork: ForkType, name: str, ids: FreshIds, percent: int = 0) -> dict[str, Any]:
    """Return a new path without steps."""
    by_criteria = fork.chosen_by == "criteria"
    chosen: dict[str, Any] = {"criteria": {"all": []}} if by_criteria else {"percent": percent}
    return {"id": ids.make("path"), "name": name, **chosen, "steps": []}


def even_shares(number: int) -> list[int]:
    """Return percentages that add up to 100 and differ by at most one."""
    share, rest = divmod(100, number)
    return [share + (at < rest) for at in range(number)]


def _paths(fork: ForkType, ids: FreshIds) -> dict[str, Any]:
    shares = even_shares(fork.least)
    names = "ABCDEFGHIJ" if fork.chosen_by == "percent" else "123456789"
    paths = [fresh_path(fork, f"Path {name}", ids, share) for name, share in zip(names, shares, strict=False)]
    default = {"default": {"name": EVERYONE_ELSE, "steps": []}} if fork.has_default else {}
    return {"arms": paths, **default}
