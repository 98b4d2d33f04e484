"""Where the steps of a definition are: in which list, in which order."""

from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

from rapidfuzz.distance import LCSseq

from app.workflows.domain import Definition, Step
from app.workflows.domain.definition import Path

Place: TypeAlias = tuple[str, str]
"""A list of steps: the id of the fork and that of its path, or DEFAULT."""

TOP: Final[Place] = ("", "")
DEFAULT: Final = "default"


def path_key(path: Path) -> str:
    """Return what identifies a path within its fork."""
    return DEFAULT if path.is_default else path.id


class Layout:
    """The steps of a definition by id, the place of each, and the ids in each place."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.steps: dict[str, Step] = {}
        self.places: dict[str, Place] = {}
        self.lists: dict[Place, list[str]] = {}
        self._add(TOP, definition.steps)

    def _add(self, place: Place, steps: Collection[Step]) -> None:
        self.lists[place] = [step.id for step in steps]
        for step in steps:
            self.steps[step.id] = step
            self.places[step.id] = place
            for path in step.paths:
                self._add((step.id, path_key(path)), path.steps)

    def before(self, step_id: str, among: Collection[str]) -> str:
        """Return the id of the nearest step before it in its place that is one of `among`; "" if none is."""
        siblings = self.lists[self.places[step_id]]
        earlier = siblings[: siblings.index(step_id)]
        return next((one for one in reversed(earlier) if one in among), "")

    def within(self, step_id: str) -> Iterator[str]:
        """Yield the ids of a step and of all steps on its paths."""
        yield step_id
        for path in self.steps[step_id].paths:
            for inner in path.steps:
                yield from self.within(inner.id)

    def forks_around(self, step_id: str) -> Iterator[str]:
        """Yield the ids of the forks that a step is in, from the inside out."""
        fork = self.places[step_id][0]
        while fork:
            yield fork
            fork = self.places[fork][0]


def moved(first: Layout, second: Layout) -> set[str]:
    """Return the ids of the steps of both that are elsewhere in the second: as few as possible."""
    both = [step_id for step_id in second.steps if step_id in first.steps]
    found = {step_id for step_id in both if first.places[step_id] != second.places[step_id]}
    for place, ids in second.lists.items():
        kept = [one for one in ids if one in first.steps and one not in found]
        among = set(kept)
        earlier = [one for one in first.lists.get(place, ()) if one in among]
        number = {one: at for at, one in enumerate(earlier)}
        order = [number[one] for one in kept]
        for edit in LCSseq.opcodes(list(range(len(earlier))), order):
            if edit.tag != "equal":
                found.update(kept[edit.dest_start : edit.dest_end])
    return found
