"""Changes of a template as pages show them: by part of the workflow, with the words that differ marked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.gallery.domain.merging import Change, Piece, word_diff

ACTS = {"added": "Add this step", "removed": "Remove this step", "moved": "Move this step"}
WHOLE = {"moved", "switched"}
"""Kinds of changes whose texts are shown one after the other, because they have few words in common."""


@dataclass(frozen=True)
class ShownChange:
    """A change with a number for the ids of its fields. `theirs` is what the template changes, `mine` what
    the user has changed; `choice` is what is chosen so far, None for nothing."""

    change: Change
    number: int
    act: str
    theirs: Sequence[Piece]
    mine: Sequence[Piece]
    choice: bool | None
    error: str


@dataclass(frozen=True)
class ShownPart:
    """The changes of one part. `problems` are what would be wrong with it if they were taken as chosen."""

    place: str
    part: str
    changes: Sequence[ShownChange]
    problems: Sequence[str]


def shown_parts(
    changes: Iterable[Change],
    choices: Mapping[str, bool] | None = None,
    errors: Mapping[str, str] | None = None,
    problems: Collection[Mapping[str, Any]] = (),
) -> list[ShownPart]:
    """Return the changes by part. `errors` are {key of a change: sentence}, `problems` those of a definition,
    as facts."""
    choices, errors = choices or {}, errors or {}
    shown = [
        ShownChange(
            change=change,
            number=number,
            act=_act(change),
            theirs=_pieces(change, change.after),
            mine=[] if change.mine is None else _pieces(change, change.mine),
            choice=choices.get(change.key),
            error=errors.get(change.key, ""),
        )
        for number, change in enumerate(changes, 1)
    ]
    parts = []
    for (part, place), group in groupby(shown, key=lambda one: (one.change.part, one.change.place)):
        wrong = [one["message"] for one in problems if part and one["step"] == part]
        parts.append(ShownPart(place, part, list(group), wrong))
    return parts


def problems_elsewhere(
    parts: Iterable[ShownPart], problems: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the problems of parts that are not shown."""
    shown = {part.part for part in parts if part.part}
    return [one for one in problems if one["step"] not in shown]


def _act(change: Change) -> str:
    if change.kind == "switched":
        return "Switch on" if change.after == "On" else "Switch off"
    if change.kind == "added" and change.mine is not None:
        return "Put this step back"
    return ACTS.get(change.kind, change.label)


def _pieces(change: Change, text: str) -> list[Piece]:
    if change.kind == "removed" and text == change.after:
        return [Piece("deleted", change.before)]
    if change.kind == "added" and text == change.mine:
        return [Piece("same", text)]
    if change.kind in WHOLE:
        return [Piece("deleted", change.before), Piece("same", " "), Piece("inserted", text)]
    return word_diff(change.before, text)
