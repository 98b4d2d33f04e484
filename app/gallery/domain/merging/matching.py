"""Which steps, paths and goals of a definition are those of another one.

Parts with a known id and the same type belong together. The others are matched by structure: steps in the
same place, of the same type, whose settings read alike. The result is always the same for the same documents.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz import fuzz

from app.gallery.domain.merging.layout import DEFAULT, TOP, Layout, Place, path_key
from app.workflows.domain import Definition, Step, new_ids, parse, with_ids
from app.workflows.domain.definition import Path

LEAST_ALIKE: Final = 50.0
COMPARED: Final = 1_000
"""So many characters of the settings of a step are compared."""


@dataclass(frozen=True)
class Aligned:
    """Three definitions in which the same part has the same id: a template as it was, as it is now, and a
    workflow that was made from it. `ids` are {id in the template now: id here}."""

    base: Definition
    theirs: Definition
    mine: Definition
    ids: Mapping[str, str]


def align(
    base: Definition,
    theirs: Definition,
    mine: Definition,
    known: Mapping[str, str],
    workflows: Collection[str] | None = None,
) -> Aligned:
    """Give the parts of both versions of the template the ids of the workflow.

    `known` are {id in the base: id in the workflow}. References to workflows other than `workflows` become
    blank, as in a clone; None leaves all.
    """
    base_ids = _base_ids(base, mine, known)
    ids = _new_ids(theirs, matched(base, theirs, _same_ids(base, theirs)), base_ids, mine)
    linked = None if workflows is None else {one: one for one in workflows}
    return Aligned(parse(with_ids(base, base_ids, linked)), parse(with_ids(theirs, ids, linked)), mine, ids)


def _same_ids(base: Definition, theirs: Definition) -> dict[str, str]:
    """Return {id in the base: id that the part would have in a later version}: the same, or the one of a
    clone, if the later version was saved from a workflow that was made from the base."""
    later = set(_ids(theirs))
    return {one: one if one in later else copied for one, copied in new_ids(base).items()}


def matched(first: Definition, second: Definition, known: Mapping[str, str]) -> dict[str, str]:
    """Return {id in the first: id in the second} of the steps, paths and goals that are in both."""
    matching = _Matching(first, second)
    matching.match_known(known)
    matching.match_alike()
    _match_goals(first, second, known, matching.pairs)
    return matching.pairs


class _Matching:
    def __init__(self, first: Definition, second: Definition) -> None:
        self.pairs: dict[str, str] = {}
        self._first, self._second = Layout(first), Layout(second)
        self._places: dict[Place, Place] = {TOP: TOP}
        self._left = dict(self._second.steps)

    def match_known(self, known: Mapping[str, str]) -> None:
        for step in self._first.steps.values():
            other = self._left.get(known.get(step.id, ""))
            if other is not None and other.type == step.type:
                self._pair(step, other, known)

    def match_alike(self) -> None:
        """Match steps that are left, from the outside in."""
        for step in list(self._first.steps.values()):
            if step.id in self.pairs:
                continue
            place = self._places.get(self._first.places[step.id])
            likely = [
                (_likeness(step, other), -other.number, other)
                for other in self._left.values()
                if other.type == step.type and self._second.places[other.id] == place
            ]
            best = max(likely, key=lambda one: one[:2], default=None)
            if best is not None and best[0] >= LEAST_ALIKE:
                self._pair(step, best[2], {})

    def _pair(self, step: Step, other: Step, known: Mapping[str, str]) -> None:
        self.pairs[step.id] = other.id
        del self._left[other.id]
        for path, same in _paths(step, other, known):
            self._places[step.id, path_key(path)] = (other.id, path_key(same))
            if path.id and same.id:
                self.pairs[path.id] = same.id


def _paths(step: Step, other: Step, known: Mapping[str, str]) -> Iterator[tuple[Path, Path]]:
    """Yield the paths of two forks that belong together: by id, as the default path, else by name."""
    left = list(other.paths)
    rest = []
    for path in step.paths:
        same = next((one for one in left if _is_same_path(path, one, known)), None)
        if same is None:
            rest.append(path)
        else:
            left.remove(same)
            yield path, same
    for path in rest:
        same = next((one for one in left if one.name == path.name and not one.is_default), None)
        if same is not None and not path.is_default:
            left.remove(same)
            yield path, same


def _is_same_path(path: Path, other: Path, known: Mapping[str, str]) -> bool:
    if path.is_default or other.is_default:
        return path.is_default and other.is_default
    return known.get(path.id) == other.id


def _match_goals(
    first: Definition, second: Definition, known: Mapping[str, str], pairs: dict[str, str]
) -> None:
    left = {goal.id: goal for goal in second.goals}
    for by_id in (True, False):
        for goal in first.goals:
            if goal.id in pairs:
                continue
            likely = [left[known[goal.id]]] if known.get(goal.id) in left else []
            likely = likely if by_id else list(left.values())
            same = next((one for one in likely if one.type == goal.type), None)
            if same is not None:
                pairs[goal.id] = same.id
                del left[same.id]


def _likeness(step: Step, other: Step) -> float:
    """Return from 0 to 100 how alike the settings of two steps are."""
    likeness: float = fuzz.ratio(_settings_text(step), _settings_text(other), score_cutoff=LEAST_ALIKE)
    return likeness


def _settings_text(step: Step) -> str:
    return json.dumps(list(step.config.values()), ensure_ascii=False, default=str)[:COMPARED]


def _base_ids(base: Definition, mine: Definition, known: Mapping[str, str]) -> dict[str, str]:
    """Return {id in the base: id in the workflow}; parts that the workflow no longer has keep an id that it
    does not use for another one."""
    pairs = matched(base, mine, known)
    taken = {*_ids(mine), *pairs.values()}
    for one in _ids(base):
        if one not in pairs:
            pairs[one] = _unused(known.get(one, one), taken)
            taken.add(pairs[one])
    return pairs


def _new_ids(
    theirs: Definition, pairs: Mapping[str, str], base_ids: Mapping[str, str], mine: Definition
) -> dict[str, str]:
    """Return {id in the template now: id here}; parts that are new get ids that nothing else uses."""
    ids = {now: base_ids[then] for then, now in pairs.items()}
    taken = {*_ids(mine), *base_ids.values()}
    for one, fresh in new_ids(theirs).items():
        if one not in ids:
            ids[one] = _unused(fresh, taken)
            taken.add(ids[one])
    return ids


def _unused(wanted: str, taken: Collection[str]) -> str:
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted[:30]}-{number}"
    return found


def _ids(definition: Definition) -> Iterator[str]:
    for step in definition.all_steps:
        yield step.id
        yield from (path.id for path in step.paths if path.id)
    yield from (goal.id for goal in definition.goals)


def config_without_paths(step: Step) -> dict[str, Any]:
    """Return the settings of a step; those of a fork without its paths."""
    has_paths = step.kind is not None and step.kind.fork is not None
    return {key: value for key, value in step.config.items() if not has_paths or key not in ("arms", DEFAULT)}
