"""Checks of the paths of a branch or split: number, names, criteria and percentages, and which are never
taken."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from app.contacts.domain.criteria import MAX_NESTING, criteria_problems, field_named, group_of
from app.workflows.domain.checks.reactions import events_before
from app.workflows.domain.checks.setting_values import Known, custom_field_problems
from app.workflows.domain.definition.document import MAX_NAME
from app.workflows.domain.definition.parts import Definition, Path, Step

PATHS = "arms"
"""What documents call the paths of a fork."""

_REACTS = ("equals", "in_list")
"""Operators that ask for a reaction to one of the messages named."""


def path_problems(step: Step, known: Known) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each problem of a fork's paths; nothing for other steps."""
    fork = step.kind.fork if step.kind else None
    if fork is None or any(fault.field in (PATHS, "config") for fault in step.faults):
        return
    paths = [path for path in step.paths if not path.is_default]
    if not fork.least <= len(paths) <= fork.most:
        yield PATHS, fork.wrong_count.format(count=len(paths))
    for path in step.paths:
        yield from _one(path)
        if fork.chosen_by == "criteria" and not path.is_default:
            yield from _criteria(path, known)
    if fork.chosen_by == "percent":
        yield from _percentages(paths)
    yield from _same_names(paths)


def untaken_paths(definition: Definition) -> Iterator[tuple[Step, Path]]:
    """Yield the paths, with their forks, that nobody can take: their conditions ask for reactions to messages
    that are all switched off."""
    off = {step.id for step in definition.messages if not step.is_live and step.id}
    for step in definition.live_steps if off else ():
        if step.kind and step.kind.fork and step.kind.fork.chosen_by == "criteria":
            silent = events_before(definition, step, is_live=False) - events_before(definition, step)
            lost = off | {f"event.{event}" for event in silent}
            yield from ((step, path) for path in step.paths if _never_holds(path.criteria, lost))


def untaken_sentence(path: Path) -> str:
    name = f"the path “{path.name}”" if path.name.strip() else f"path {path.number}"
    return f"Nobody can take {name}: its messages are switched off."


def _never_holds(criteria: Any, off: Collection[str], depth: int = 0) -> bool:
    """Whether criteria, or a group of them, ask for a reaction to messages that are all in `off`, which has
    ids of messages, and fields about reactions that no message brings."""
    join, members = group_of(criteria)
    if depth > MAX_NESTING or not members:
        return False
    lost = (
        isinstance(one, dict)
        and (_asks_only(one, off) if "field" in one else _never_holds(one, off, depth + 1))
        for one in members
    )
    return any(lost) if join == "all" else all(lost)


def _asks_only(rule: dict[str, Any], off: Collection[str]) -> bool:
    asked, value = field_named(rule["field"]), rule.get("value")
    if asked is None or asked.kind != "message":
        return False
    if rule.get("op") == "is_not_empty":
        return asked.name in off
    if rule.get("op") not in _REACTS:
        return False
    named = value if isinstance(value, list) else [value]
    return bool(named) and all(isinstance(one, str) and one in off for one in named)


def _one(path: Path) -> Iterator[tuple[str, str]]:
    name = "The path for everyone else" if path.is_default else f"Path {path.number}"
    if len(path.name) > MAX_NAME:
        yield f"{path.field}.name", f"{name}: the name is longer than {MAX_NAME} characters."
    if not path.name.strip() and not path.is_default:
        yield f"{path.field}.name", f"{name} needs a name."


def _criteria(path: Path, known: Known) -> Iterator[tuple[str, str]]:
    for message in criteria_problems(path.criteria):
        yield f"{path.field}.criteria", f"Path {path.number}: {message}"
    for message in custom_field_problems(path.criteria, known):
        yield f"{path.field}.criteria", f"Path {path.number}: {message}"


def _percentages(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    shares = [path.share for path in paths]
    if not all(1 <= share <= 99 for share in shares):
        yield PATHS, "Every path in a split needs a whole percentage from 1 to 99."
    elif sum(shares) != 100:
        yield PATHS, f"The percentages must add up to 100; these add up to {sum(shares)}."


def _same_names(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    names = [path.name.strip() for path in paths]
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled:
        yield PATHS, f"Two paths are named “{doubled[:40]}”."
