"""Finds steps that no contact can ever reach, because every way before them has stopped."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.workflows.domain.walk import Place, arms_of, is_on, walk

Way = tuple[str | int, ...]


def unreachable(document: Any) -> Iterator[tuple[Place, Place]]:
    """(step that cannot be reached, step that ends every way before it): the first of each list of steps."""
    lists: dict[Way, list[Place]] = defaultdict(list)
    for place in walk(document):
        lists[place.path[:-1]].append(place)
    for places in lists.values():
        for at, place in enumerate(places):
            if _ends(place, lists):
                rest = [later for later in places[at + 1 :] if is_on(later.step)]
                if rest:
                    yield rest[0], place
                break


def _ends(place: Place, lists: dict[Way, list[Place]]) -> bool:
    if not is_on(place.step):
        return False
    if place.type == "stop":
        return True
    arms = arms_of(place.step)
    return bool(arms) and all(
        any(_ends(inner, lists) for inner in lists.get(_way(place, arm.key), [])) for arm in arms
    )


def _way(place: Place, key: int | str) -> Way:
    inner: Way = ("arms", key) if isinstance(key, int) else ("default",)
    return (*place.path, "config", *inner, "steps")
