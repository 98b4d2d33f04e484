"""Adding, removing, moving, naming and weighting the paths of a fork."""

from collections.abc import Callable, Mapping
from typing import Any

from app.workflows.domain.definition.copying import FreshIds
from app.workflows.domain.definition.document import Document, plain_copy, with_values
from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.editing.fresh import even_shares, fresh_path
from app.workflows.domain.editing.places import EditRefused, path_of
from app.workflows.domain.types.declarations import ForkType

Config = dict[str, Any]


def add_path(definition: Definition, step: Step, salt: str = "") -> Document:
    """Add a path without steps; percentages become even. Raises EditRefused if there are enough."""
    fork = _fork(step)
    count = sum(not path.is_default for path in step.paths)
    if count >= fork.most:
        raise EditRefused(f"There can be up to {fork.most} paths.")

    def added(config: Config) -> None:
        name = _free_name(step, count, fork.chosen_by == "percent")
        config["arms"] = [*_paths(config), fresh_path(fork, name, FreshIds(definition, salt))]
        _even(fork, config)

    return _changed(definition, step, added)


def remove_path(definition: Definition, step: Step, key: str) -> Document:
    """Remove a path with its steps; percentages become even. Raises EditRefused if it is needed."""
    fork, path = _fork(step), path_of(step, key)
    if path.is_default or sum(not one.is_default for one in step.paths) <= fork.least:
        raise EditRefused("This path can’t be removed.")

    def removed(config: Config) -> None:
        del config["arms"][path.key]
        _even(fork, config)

    return _changed(definition, step, removed)


def move_path(definition: Definition, step: Step, key: str, *, up: bool) -> Document:
    """Move a path one place up or down, with its steps. Raises EditRefused at the ends."""
    at = path_of(step, key).key
    to = at + (-1 if up else 1) if isinstance(at, int) else -1

    def moved(config: Config) -> None:
        paths = config["arms"]
        paths[at], paths[to] = paths[to], paths[at]

    if not isinstance(at, int) or not 0 <= to < sum(not path.is_default for path in step.paths):
        raise EditRefused("This path can’t be moved further.")
    return _changed(definition, step, moved)


def describe_paths(
    definition: Definition, step: Step, names: Mapping[str, str], shares: Mapping[str, Any]
) -> Document:
    """Set the names and percentages of paths, each by its key. Unknown keys are ignored."""
    by_percent = _fork(step).chosen_by == "percent"

    def described(config: Config) -> None:
        for path in step.paths:
            key = path.ref
            if path.is_default:
                written = config.setdefault("default", {"steps": []})
            else:
                written = config["arms"][path.key]
            if key in names and names[key] != path.name:
                written["name"] = names[key]
            if by_percent and key in shares:
                written["percent"] = shares[key]

    return _changed(definition, step, described)


def set_criteria(definition: Definition, step: Step, key: str, criteria: Mapping[str, Any]) -> Document:
    """Set the criteria of a path. Raises EditRefused if it has none."""
    path = path_of(step, key)
    if path.is_default or _fork(step).chosen_by != "criteria":
        raise EditRefused("This path has no conditions.")
    return with_values(definition.document, {(*path.pointer, "criteria"): plain_copy(dict(criteria))})


def _changed(definition: Definition, step: Step, change: Callable[[Config], None]) -> Document:
    config: Config = plain_copy(dict(step.config))
    change(config)
    return with_values(definition.document, {(*step.pointer, "config"): config})


def _fork(step: Step) -> ForkType:
    fork = step.kind.fork if step.kind else None
    if fork is None:
        raise EditRefused("This step has no paths.")
    return fork


def _paths(config: Config) -> list[Any]:
    paths = config.get("arms")
    return paths if isinstance(paths, list) else []


def _even(fork: ForkType, config: Config) -> None:
    if fork.chosen_by != "percent":
        return
    for path, share in zip(config["arms"], even_shares(len(config["arms"])), strict=True):
        path["percent"] = share


def _free_name(step: Step, count: int, by_letter: bool) -> str:
    taken = {path.name for path in step.paths}
    names = (f"Path {chr(ord('A') + at) if by_letter else at + 1}" for at in range(count, count + 30))
    return next(name for name in names if name not in taken)
