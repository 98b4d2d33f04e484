"""What a newer version of a template changes, as a list that a person can take from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.gallery.domain.merging.matching import Aligned

ChangeKind: TypeAlias = Literal[
    "trigger", "filters", "goals", "setting", "switched", "paths", "added", "removed", "moved"
]


@dataclass(frozen=True, slots=True)
class Change:
    """One change between two versions of a template.

    `key` is stable for the same documents. `part` is the id of the step that it is about, or "" for the
    trigger and the goals; `place` is where it is, in words, and `label` what changes there. `before` and
    `after` are the texts of both versions. `mine` is that of the workflow if the user has changed the same
    thing, so that they must choose; `settings` are the names of the settings that change. A change that is
    not `is_possible` has no place in the workflow anymore.
    """

    key: str
    kind: ChangeKind
    part: str
    place: str
    label: str
    before: str
    after: str
    mine: str | None = None
    settings: tuple[str, ...] = ()
    is_possible: bool = True

    @property
    def is_conflict(self) -> bool:
        return self.mine is not None and self.is_possible


@dataclass(frozen=True)
class Comparison:
    """The changes of a template, in the order of its parts, and what they were found in."""

    aligned: Aligned
    changes: tuple[Change, ...]

    @property
    def conflicts(self) -> Iterator[Change]:
        return (change for change in self.changes if change.is_conflict)

    @property
    def clean(self) -> Iterator[Change]:
        """The changes that can be taken without a choice."""
        return (change for change in self.changes if change.is_possible and not change.is_conflict)

    def without_conflict(self) -> Mapping[str, bool]:
        """Return the choice of every change without conflict, and of the user's side of every conflict."""
        return {change.key: not change.is_conflict for change in self.changes if change.is_possible}


class Undecided(ValueError):
    """The user must choose for these conflicts: their keys."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(", ".join(keys))
        self.keys = keys
