"""Structural checks of a document, recorded as faults by `parsing`: types of containers, and unknown keys.

The values are checked in `checks`.
"""

from collections.abc import Collection, Iterator
from typing import Any

from app.workflows.domain.definition.document import FORMAT
from app.workflows.domain.definition.parts import Fault
from app.workflows.domain.types.declarations import PartType, StepType

NOT_A_WORKFLOW = "This isn’t a workflow. It needs a trigger, steps, and goals."
STEP_KEYS = frozenset({"id", "type", "enabled", "config"})
GOAL_KEYS = STEP_KEYS
TRIGGER_KEYS = frozenset({"type", "enabled", "config", "filters"})
PATH_KEYS = frozenset({"id", "name", "steps"})


def unknown_keys(written: Any, known: Collection[str], what: str) -> Iterator[Fault]:
    """Yield a fault for each key that is not in `known`."""
    for key in written:
        if key not in known:
            yield Fault(str(key)[:40], f"“{str(key)[:40]}” isn’t part of {what}.")


def whole_faults(document: dict[str, Any]) -> Iterator[Fault]:
    """Yield the faults of the document itself."""
    if type(document.get("format")) is not int or document["format"] != FORMAT:
        yield Fault("format", f"The format must be {FORMAT}.")
    yield from unknown_keys(document, ("format", "trigger", "steps", "goals"), "a workflow")
    steps = document.get("steps")
    if not isinstance(steps, list):
        yield Fault("steps", "The steps must be a list.")
    elif any(not isinstance(step, dict) for step in steps):
        yield Fault("steps", "Every step needs a type and settings.")


def part_faults(
    written: dict[str, Any], kind: PartType | None, what: str, keys: frozenset[str]
) -> Iterator[Fault]:
    """Yield the faults that any part can have."""
    if not written.keys() <= keys:
        yield from unknown_keys(written, keys, f"a {what}")
    if not isinstance(written.get("enabled", True), bool):
        yield Fault("enabled", "“enabled” must be true or false.")
    if kind is None:
        type_ = written.get("type")
        shown = type_[:40] if isinstance(type_, str) else "nothing"
        yield Fault("type", f"“{shown}” isn’t a type of {what}." if type_ else f"Choose the type of {what}.")
        return
    config = written.get("config", {})
    if not isinstance(config, dict):
        yield Fault("config", "The settings are missing.")
        return
    if not config.keys() <= kind.keys:
        for key in config:
            if key not in kind.keys:
                yield Fault(str(key)[:40], f"“{str(key)[:40]}” isn’t a setting of {kind.title}.")
    if isinstance(kind, StepType) and kind.fork:
        yield from _path_faults(kind, config)


def goals_faults(goals: Any) -> Iterator[Fault]:
    """Yield the faults of the goals as a whole; None is valid."""
    if goals is None:
        return
    if not isinstance(goals, dict) or not isinstance(goals.get("items", []), list):
        yield Fault("goals", "The goals must be a list of up to three.")
        return
    yield from unknown_keys(goals, ("match", "items"), "the goals")
    if goals.get("match", "any") not in ("any", "all"):
        yield Fault("match", "Choose whether any or all of the goals must be reached.")
    if any(not isinstance(goal, dict) for goal in goals.get("items", [])):
        yield Fault("items", "A goal needs a type.")


def _path_faults(kind: StepType, config: dict[str, Any]) -> Iterator[Fault]:
    assert kind.fork is not None
    paths = config.get("arms")
    if not isinstance(paths, list):
        yield Fault("arms", "Add paths.")
        return
    for number, path in enumerate(paths, 1):
        if isinstance(path, dict):
            yield from _one_path(f"arms.{number}", f"Path {number}", path, kind.fork.chosen_by)
        else:
            yield Fault(f"arms.{number}", f"Path {number} needs a name and steps.")
    if kind.fork.has_default and "default" in config:
        if isinstance(config["default"], dict):
            yield from _one_path("default", "The path for everyone else", config["default"])
        else:
            yield Fault("default", "The path for everyone else needs a name and steps.")


def _one_path(field: str, name: str, path: dict[str, Any], chosen_by: str = "") -> Iterator[Fault]:
    for key in path:
        if key not in PATH_KEYS and key != chosen_by:
            yield Fault(field, f"{name}: “{str(key)[:40]}” isn’t part of a path.")
    if path.get("name") is not None and not isinstance(path["name"], str):
        yield Fault(f"{field}.name", f"{name}: the name must be text.")
    steps = path.get("steps", [])
    if not isinstance(steps, list):
        yield Fault(f"{field}.steps", f"{name}: the steps must be a list.")
    elif any(not isinstance(step, dict) for step in steps):
        yield Fault(f"{field}.steps", f"{name}: every step needs a type and settings.")
