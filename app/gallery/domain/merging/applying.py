"""Applying the changes of a template that a user has taken to the definition of their workflow (T-15)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from app.gallery.domain.merging.changes import Change, Comparison, Undecided
from app.gallery.domain.merging.layout import TOP, Layout, Place, path_key
from app.gallery.domain.merging.tree import Tree, TreePath, TreeStep, tree_path, tree_step
from app.workflows.domain.definition.document import Document, plain_copy


@dataclass(frozen=True)
class Merged:
    """The definition with what was taken. `left_out` are changes that were taken, but that belong to others
    that were not: a step for a branch that was left, for example."""

    document: Document
    left_out: tuple[Change, ...] = ()


def apply(comparison: Comparison, choices: Mapping[str, bool]) -> Merged:
    """Apply the changes whose choice is True; others are left.

    A conflict needs a choice, True for the template's and False for the user's. Raises Undecided.
    """
    if undecided := tuple(one.key for one in comparison.conflicts if one.key not in choices):
        raise Undecided(undecided)
    taken = [one for one in comparison.changes if one.is_possible and choices.get(one.key)]
    if not taken:
        return Merged(comparison.aligned.mine.document)
    return _Merge(comparison, taken).merged()


class _Merge:
    def __init__(self, comparison: Comparison, taken: list[Change]) -> None:
        aligned = comparison.aligned
        self._base, self._theirs, self._mine = map(Layout, (aligned.base, aligned.theirs, aligned.mine))
        self._definition = aligned.theirs
        self._tree = Tree(aligned.mine)
        self._taken = taken
        self._left_out: list[Change] = []

    def merged(self) -> Merged:
        for change in self._of("trigger", "filters", "goals"):
            self._take_head(change)
        for change in self._of("setting", "switched"):
            self._take_settings(change)
        for change in self._of("paths"):
            self._take_paths(change.part)
        for change in self._of("removed"):
            self._remove(change.part)
        arriving = self._arriving()
        waiting = self._detached(arriving)
        for step_id in arriving:
            self._place(waiting.get(step_id) or self._new_step(step_id))
        return Merged(self._tree.document(), tuple(self._left_out))

    def _of(self, *kinds: str) -> Iterator[Change]:
        return (change for change in self._taken if change.kind in kinds)

    def _take_head(self, change: Change) -> None:
        theirs, head = self._definition.document, self._tree.head
        if change.kind == "goals":
            _copy(theirs, head, "goals")
            return
        trigger = head.setdefault("trigger", {})
        for key in ("type", "config") if change.kind == "trigger" else ("filters",):
            _copy(theirs.get("trigger", {}), trigger, key)

    def _take_settings(self, change: Change) -> None:
        part = self._definition.part(change.part)
        step = self._tree.step(change.part)
        written = step.written if step else self._tree.head.setdefault("trigger", {})
        assert part is not None
        if change.kind == "switched":
            written["enabled"] = part.enabled
            return
        for name in change.settings:
            _copy(part.config, written["config"], name)

    def _arriving(self) -> dict[str, Change]:
        """Return the steps that come to a new place, by id, from the outside in.

        A step is left out if its place is not there, or is on one of its own paths, because another change
        was not taken.
        """
        changes = {change.part: change for change in self._of("added", "moved")}
        places, lists = dict(self._mine.places), set(self._mine.lists)
        for fork_id in (one.part for one in self._of("paths")):
            lists |= {(fork_id, path_key(path)) for path in self._theirs.steps[fork_id].paths}
        found = {}
        for step_id in self._theirs.steps:
            change, place = changes.get(step_id), self._theirs.places[step_id]
            if change is None:
                continue
            if place not in lists or _leads_to(step_id, place, places):
                self._left_out.append(change)
                continue
            found[step_id] = change
            new = list(self._theirs.within(step_id)) if change.kind == "added" else [step_id]
            for one in new:
                if one == step_id or self._comes_with(one, step_id):
                    places[one] = self._theirs.places[one]
                    paths = self._theirs.steps[one].paths if change.kind == "added" else ()
                    lists |= {(one, path_key(path)) for path in paths}
        return found

    def _detached(self, arriving: Mapping[str, Change]) -> dict[str, TreeStep]:
        """Take out the steps that move, the inner ones first. Return them by id."""
        moving = [step_id for step_id, change in arriving.items() if change.kind == "moved"]
        moving.sort(key=lambda step_id: -self._mine.steps[step_id].depth)
        return {step_id: self._tree.detach(step_id)[0] for step_id in moving}

    def _comes_with(self, inner: str, step_id: str) -> bool:
        """Return whether a step comes with the one that it is on a path of: it is new, or the user has
        removed both."""
        return inner not in self._mine.steps and (
            inner not in self._base.steps or step_id in self._base.steps
        )

    def _new_step(self, step_id: str) -> TreeStep:
        step = self._theirs.steps[step_id]
        return tree_step(self._definition, step, lambda inner: self._comes_with(inner, step_id))

    def _place(self, step: TreeStep) -> None:
        """Insert a step where the template has it: after the nearest of those before it that is there."""
        place = self._theirs.places[step.id]
        steps = self._tree.steps_at(place)
        assert steps is not None
        before = self._theirs.before(step.id, {one.id for one in steps})
        at = next((number for number, one in enumerate(steps, 1) if one.id == before), 0)
        steps.insert(at, step)

    def _take_paths(self, fork_id: str) -> None:
        fork, theirs = self._tree.step(fork_id), self._theirs.steps[fork_id]
        assert fork is not None
        known = {path.key: path for path in fork.paths}
        paths: list[TreePath] = []
        for path in theirs.paths:
            key = path_key(path)
            is_back = (fork_id, key) in self._base.lists
            made = tree_path(self._definition, path, partial(self._is_new, is_back))
            if key in known:
                made.steps = known.pop(key).steps
            paths.append(made)
        lost = [step for path in known.values() for step in path.steps]
        fork.paths = paths
        self._rescue(lost, fork_id)

    def _is_new(self, is_back: bool, step_id: str) -> bool:
        """Return whether a step comes with a path: it is new, or the user has removed it with the path."""
        return step_id not in self._mine.steps and (is_back or step_id not in self._base.steps)

    def _remove(self, step_id: str) -> None:
        if self._tree.step(step_id) is None:  # it was on a path that is gone
            return
        step, steps, at = self._tree.detach(step_id)
        steps[at:at] = [kept for path in step.paths for one in path.steps for kept in self._kept(one)]

    def _rescue(self, lost: list[TreeStep], fork_id: str) -> None:
        """Put steps that the template still has after the fork whose path is gone."""
        kept = [one for step in lost for one in self._kept(step)]
        if kept:
            fork, steps, at = self._tree.detach(fork_id)
            steps[at:at] = [fork, *kept]

    def _kept(self, step: TreeStep) -> Iterator[TreeStep]:
        """Yield the outermost ones of a step and those on its paths that the template still has."""
        if step.id in self._theirs.steps:
            yield step
            return
        for path in step.paths:
            for inner in path.steps:
                yield from self._kept(inner)


def _leads_to(step_id: str, place: Place, places: Mapping[str, Place]) -> bool:
    """Return whether a place is on a path of a step."""
    while place != TOP:
        if place[0] == step_id:
            return True
        place = places[place[0]]
    return False


def _copy(source: Mapping[str, object], target: dict[str, object], key: str) -> None:
    if key in source:
        target[key] = plain_copy(source[key])
    else:
        target.pop(key, None)
