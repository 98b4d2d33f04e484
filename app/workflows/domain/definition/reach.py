"""Where ways through a workflow end, and the steps that no contact can ever reach because of it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.workflows.domain.definition.walk import HARD_NESTING, Place, arms_of, is_on, text_of, walk


def all_ways_stop(steps: list[Any], depth: int = 0) -> bool:
    """Whether nobody who enters these steps comes out at their end."""
    return depth <= HARD_NESTING and any(stops(step, depth) for step in steps)


def stops(step: Any, depth: int = 0) -> bool:
    """Whether nobody gets past this step: a stop, or a fork all of whose ways stop."""
    if not is_on(step):
        return False
    if text_of(step.get("type")) == "stop":
        return True
    arms = arms_of(step)
    return bool(arms) and all(all_ways_stop(arm.steps, depth + 1) for arm in arms)


def unreachable(document: Any) -> Iterator[tuple[Place, Place]]:
    """(step that cannot be reached, step that ends every way before it): the first of each list of steps."""
    lists: dict[tuple[str | int, ...], list[Place]] = defaultdict(list)
    for place in walk(document):
        lists[place.path[:-1]].append(place)
    for places in lists.values():
        ending = next((at for at, place in enumerate(places) if stops(place.step)), len(places))
        rest = [place for place in places[ending + 1 :] if is_on(place.step)]
        if rest:
            yield rest[0], places[ending]
