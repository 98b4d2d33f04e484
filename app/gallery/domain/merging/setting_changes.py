"""Changes of settings: of the trigger, the goals, and the steps that the workflow still has."""

from collections.abc import Iterator
from typing import Any

from app.gallery.domain.merging import sides
from app.gallery.domain.merging.changes import Change
from app.gallery.domain.merging.describing import on_or_off
from app.gallery.domain.merging.layout import path_key
from app.gallery.domain.merging.sides import Sides
from app.workflows.domain import TRIGGER_ID

TRIGGER, GOALS = "Trigger", "Goals"


def trigger_changes(on: Sides) -> Iterator[Change]:
    base, theirs, mine = (one.definition for one in (on.base, on.theirs, on.mine))
    words = (on.base_words.trigger, on.theirs_words.trigger, on.mine_words.trigger)
    if found := _found(sides.trigger(base), sides.trigger(theirs), sides.trigger(mine), words):
        yield Change("trigger", "trigger", TRIGGER_ID, TRIGGER, "What starts it", *found)
    words = (on.base_words.filters, on.theirs_words.filters, on.mine_words.filters)
    if found := _found(sides.filters(base), sides.filters(theirs), sides.filters(mine), words):
        yield Change("filters", "filters", TRIGGER_ID, TRIGGER, "Filters", *found)
    one, other = base.trigger, theirs.trigger
    if one.enabled != other.enabled != mine.trigger.enabled:
        yield Change(
            "switched", "switched", TRIGGER_ID, TRIGGER, "Switched", on_or_off(one), on_or_off(other)
        )


def goal_changes(on: Sides) -> Iterator[Change]:
    base, theirs, mine = (sides.goals(one.definition) for one in (on.base, on.theirs, on.mine))
    words = (on.base_words.goals, on.theirs_words.goals, on.mine_words.goals)
    if found := _found(base, theirs, mine, words):
        yield Change("goals", "goals", "", GOALS, GOALS, *found)


def step_changes(on: Sides, step_id: str) -> Iterator[Change]:
    """Yield the changes of a step that all three sides have."""
    base, theirs, mine = (one.steps[step_id] for one in (on.base, on.theirs, on.mine))
    place = on.mine_words.place(step_id)
    if base.enabled != theirs.enabled != mine.enabled:
        texts = on_or_off(base), on_or_off(theirs)
        yield Change(f"switched:{step_id}", "switched", step_id, place, "Switched", *texts)
    for label, names in sides.groups(base, theirs, mine):
        was, now, own = (sides.values(one, names) for one in (base, theirs, mine))
        if found := _found(was, now, own, _setting_words(on, step_id, names)):
            key = f"{'-'.join(names)}:{step_id}"
            yield Change(key, "setting", step_id, place, label, *found, settings=names)
    if base.paths:
        yield from _path_changes(on, step_id, place)


def _path_changes(on: Sides, step_id: str, place: str) -> Iterator[Change]:
    base, theirs, mine = (one.steps[step_id] for one in (on.base, on.theirs, on.mine))
    words = [_lazy(one.paths, step_id) for one in (on.base_words, on.theirs_words, on.mine_words)]
    found = _found(sides.paths(base), sides.paths(theirs), sides.paths(mine), words)
    if not found:
        return
    before, after, own = found
    kept = {path_key(path) for path in theirs.paths}
    lost = [
        inner
        for path in mine.paths
        if path_key(path) not in kept
        for step in path.steps
        for inner in on.mine.within(step.id)
        if on.would_be_lost(inner)
    ]
    if lost and own is None:
        own = on.mine_words.whole_step(step_id)
    yield Change(f"paths:{step_id}", "paths", step_id, place, "Paths", before, after, own)


def _setting_words(on: Sides, step_id: str, names: tuple[str, ...]) -> list[Any]:
    three = ((on.base, on.base_words), (on.theirs, on.theirs_words), (on.mine, on.mine_words))
    return [_lazy(words.settings, layout.steps[step_id], names) for layout, words in three]


def _lazy(function: Any, *arguments: Any) -> Any:
    return lambda: function(*arguments)


def _found(base: Any, theirs: Any, mine: Any, words: Any) -> tuple[str, str, str | None] | None:
    """Return the texts of a change of the template, before and after, and that of the workflow if the user
    has changed it in another way; None if there is nothing to take."""
    if theirs in (base, mine):
        return None
    before, after, own = words
    return before(), after(), None if mine == base else own()
