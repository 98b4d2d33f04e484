"""Changes of the structure: steps that the template has gained, lost, or moved."""

from collections.abc import Iterator

from app.gallery.domain.merging.changes import Change
from app.gallery.domain.merging.layout import Place
from app.gallery.domain.merging.sides import Sides
from app.workflows.domain.definition.document import value_at

NEW, GONE, REMOVED, STEP, POSITION = "New step", "", "Removed", "Step", "Position"
USER_REMOVED = "You removed this step."


def structure_changes(on: Sides) -> Iterator[Change]:
    removed = {step_id for step_id in on.mine.steps if _is_removed(on, step_id)}
    for step_id in on.theirs.steps:
        if step_id not in on.base.steps:
            yield from _added(on, step_id)
        elif step_id not in on.mine.steps:
            yield from _deleted_by_user(on, step_id)
        elif step_id in on.moved_by_template:
            yield from _moved(on, step_id)
    for step_id in on.base.steps:
        if step_id in removed and removed.isdisjoint(on.mine.forks_around(step_id)):
            yield _removed(on, step_id)


def _is_removed(on: Sides, step_id: str) -> bool:
    """Return whether the template has removed a step of the workflow, and not with a whole path."""
    if step_id not in on.base.steps or step_id in on.theirs.steps:
        return False
    inner = step_id
    while (place := on.mine.places[inner])[0]:
        inner = place[0]
        if inner in on.theirs.steps and place not in on.theirs.lists and place in on.base.lists:
            return False
    return True


def _added(on: Sides, step_id: str) -> Iterator[Change]:
    """Yield a new step of the template, unless its path is new, too, or would be put back."""
    place = on.theirs.places[step_id]
    fork = place[0]
    if fork and (fork not in on.mine.steps or place not in on.base.lists):
        return
    words = on.theirs_words
    yield Change(
        f"added:{step_id}",
        "added",
        step_id,
        NEW,
        words.position(step_id),
        GONE,
        words.whole_step(step_id),
        is_possible=place in on.mine.lists,
    )


def _deleted_by_user(on: Sides, step_id: str) -> Iterator[Change]:
    """Yield a step that the user has removed and the template has changed; taking it puts it back."""
    place = on.theirs.places[step_id]
    is_inside = place[0] in on.base.steps and place[0] not in on.mine.steps
    base, theirs = on.base.steps[step_id], on.theirs.steps[step_id]
    before = value_at(on.base.definition.document, base.pointer)
    if is_inside or before == value_at(on.theirs.definition.document, theirs.pointer):
        return
    words = (on.base_words.whole_step(step_id), on.theirs_words.whole_step(step_id))
    is_possible = place in on.mine.lists or _is_new(on, place)
    yield Change(
        f"added:{step_id}",
        "added",
        step_id,
        on.theirs_words.place(step_id),
        STEP,
        *words,
        USER_REMOVED,
        is_possible=is_possible,
    )


def _removed(on: Sides, step_id: str) -> Change:
    is_lost = any(on.would_be_lost(one) for one in on.mine.within(step_id))
    mine = on.mine_words.whole_step(step_id) if is_lost else None
    name, before = on.mine_words.place(step_id), on.base_words.whole_step(step_id)
    return Change(f"removed:{step_id}", "removed", step_id, name, STEP, before, REMOVED, mine)


def _moved(on: Sides, step_id: str) -> Iterator[Change]:
    place = on.theirs.places[step_id]
    is_moved = step_id in on.moved_by_user
    if is_moved and place == on.mine.places[step_id] and _has_same_order(on, place):
        return
    mine = on.mine_words.position(step_id) if is_moved else None
    is_possible = place in on.mine.lists or _is_new(on, place) or _would_be_back(on, place)
    yield Change(
        f"moved:{step_id}",
        "moved",
        step_id,
        on.mine_words.place(step_id),
        POSITION,
        on.base_words.position(step_id),
        on.theirs_words.position(step_id),
        mine,
        is_possible=is_possible,
    )


def _has_same_order(on: Sides, place: Place) -> bool:
    """Return whether the steps that the template and the workflow have at a place have the same order."""
    theirs, mine = on.theirs.lists[place], on.mine.lists[place]
    return [one for one in theirs if one in mine] == [one for one in mine if one in theirs]


def _is_new(on: Sides, place: Place) -> bool:
    """Return whether a place is on a fork or path that the template has added."""
    return place not in on.base.lists


def _would_be_back(on: Sides, place: Place) -> bool:
    """Return whether a place is on a fork that the user has removed, and can put back."""
    return place[0] in on.base.steps and place[0] not in on.mine.steps
