"""Places in the lists of steps, written as texts: “start”, “after.STEP” and “in.FORK.PATH”."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.workflows.domain.definition.parts import Definition, Path, Pointer, Step
from app.workflows.domain.drawing.describe import names_in, step_words

START: Final = "start"
_AFTER, _IN = "after.", "in."


class EditRefused(ValueError):
    """The change isn’t possible. The message is a sentence for users."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as `index` in the list that `pointer` leads to, inside `depth` forks."""

    pointer: Pointer
    index: int
    depth: int


@dataclass(frozen=True, slots=True)
class PlaceOption:
    """A place to choose. `group` names the list that it is in."""

    place: str
    label: str
    group: str


def after(step_id: str) -> str:
    """Return the place after a step."""
    return f"{_AFTER}{step_id}"


def first_in(fork_id: str, ref: str) -> str:
    """Return the place at the beginning of a path, given its `ref`, which it keeps when paths are moved."""
    return f"{_IN}{fork_id}.{ref}"


def spot_of(definition: Definition, place: str) -> Spot:
    """Return the spot that a text stands for. Raises EditRefused if there is none."""
    if place == START:
        return Spot(("steps",), 0, 0)
    if place.startswith(_AFTER) and (step := definition.step(place.removeprefix(_AFTER))):
        return behind(step)
    fork_id, _, ref = place.removeprefix(_IN).rpartition(".")
    fork = definition.step(fork_id) if place.startswith(_IN) and fork_id else None
    path = next((one for one in fork.paths if one.ref == ref), None) if fork else None
    if fork is None or path is None:
        raise EditRefused("This place doesn’t exist in the workflow anymore.")
    return Spot((*path.pointer, "steps"), 0, fork.depth + 1)


def path_of(step: Step, ref: str) -> Path:
    """Return the path with this `ref`. Raises EditRefused."""
    found = next((path for path in step.paths if path.ref == ref), None)
    if found is None:
        raise EditRefused("This path doesn’t exist anymore.")
    return found


def behind(step: Step) -> Spot:
    """Return the spot after a step."""
    return Spot(step.pointer[:-1], position(step) + 1, step.depth)


def before(step: Step) -> Spot:
    """Return the spot in front of a step."""
    return Spot(step.pointer[:-1], position(step), step.depth)


def position(step: Step) -> int:
    """Return the index of a step in its list."""
    index = step.pointer[-1]
    assert isinstance(index, int)
    return index


def is_inside(step: Step, fork: Step) -> bool:
    """Return whether a step is this one or in one of its paths."""
    return step.pointer[: len(fork.pointer)] == fork.pointer


def neighbor(definition: Definition, step: Step, *, up: bool) -> Spot | None:
    """Return the spot one place up or down: at the end of a path it is in front of or after its fork; None at
    the ends of the workflow."""
    fork = definition.all_steps[step.within[-1][0] - 1] if step.within else None
    siblings = definition.steps
    if fork is not None:
        siblings = next(path.steps for path in fork.paths if path.key == step.within[-1][1])
    at = siblings.index(step)
    if up and at:
        return before(siblings[at - 1])
    if not up and at + 1 < len(siblings):
        return behind(siblings[at + 1])
    if fork is None:
        return None
    return before(fork) if up else behind(fork)


def places_for(definition: Definition, step: Step) -> list[PlaceOption]:
    """Return the places that a step can be moved to, in reading order."""
    names = names_in(definition)

    def in_list(steps: Sequence[Step], first: str, group: str, of: str = "") -> Iterator[PlaceOption]:
        if not (steps and steps[0] == step):
            yield PlaceOption(first, f"At the beginning{of}", group)
        for place, one in enumerate(steps):
            is_next = place + 1 < len(steps) and steps[place + 1] == step
            if one != step and not is_next and one.id:
                words = step_words(one, names)
                detail = f": {words.detail[:60]}" if words.detail else ""
                yield PlaceOption(after(one.id), f"After {one.number}. {words.title}{detail}", group)
        for one in steps:
            if one == step or not one.id:
                continue
            for path in one.paths:
                name = path.name or f"Path {path.number}"
                first = first_in(one.id, path.ref)
                yield from in_list(path.steps, first, f"{one.name}: {name}", f" of “{name}”")

    return list(in_list(definition.steps, START, "Main path"))
