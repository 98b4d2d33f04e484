"""Changes of a template as pages show them: by part of the workflow, with the words that differ marked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.gallery.domain.merging import Change, Piece, folded, word_diff
from app.gallery.domain.merging.changes import ChangeKind
from app.workflows.domain import STEPS
from app.workflows.domain.messages.email_body import source_text

ACTS = {"added": "Add this step", "removed": "Remove this step", "moved": "Move this step"}
WHOLE = {"moved", "switched"}
"""Kinds of changes whose texts are shown one after the other, because they have few words in common."""
MARKDOWN = {one.name for kind in STEPS for one in kind.settings if one.kind == "markdown"}
"""Settings whose texts are shown without the signs of Markdown."""


@dataclass(frozen=True)
class ShownChange:
    """A change with a number for the ids of its fields. `theirs` is what the template changes, `mine` what
    the user has changed, without long passages that are the same; `whole` are the same with them, by whose
    they are, if there are any. `choice` is what is chosen so far, None for nothing."""

    change: Change
    number: int
    act: str
    theirs: Sequence[Piece]
    mine: Sequence[Piece]
    whole: Sequence[tuple[str, Sequence[Piece]]]
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
        _shown(change, number, choices.get(change.key), errors.get(change.key, ""))
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


def _shown(change: Change, number: int, choice: bool | None, error: str) -> ShownChange:
    before, after, own = _texts(change)
    theirs = _pieces(change.kind, before, after, is_mine=False)
    mine = [] if own is None else _pieces(change.kind, before, own, is_mine=True)
    short = folded(theirs), folded(mine)
    whole = [("Template", theirs), ("Yours", mine)] if mine else [("", theirs)]
    is_cut = short != (theirs, mine)
    return ShownChange(change, number, _act(change), *short, whole if is_cut else (), choice, error)


def _texts(change: Change) -> tuple[str, str, str | None]:
    """Return the texts before and after a change, and the user’s. Markdown is shown as text, unless only its
    signs have changed."""
    texts = (change.before, change.after, change.mine)
    if not MARKDOWN.intersection(change.settings):
        return texts
    before, after = source_text(change.before), source_text(change.after)
    own = None if change.mine is None else source_text(change.mine)
    return texts if before in (after, own) else (before, after, own)


def _act(change: Change) -> str:
    if change.kind == "switched":
        return "Switch on" if change.after == "On" else "Switch off"
    if change.kind == "added" and change.mine is not None:
        return "Put this step back"
    return ACTS.get(change.kind, change.label)


def _pieces(kind: ChangeKind, before: str, text: str, *, is_mine: bool) -> list[Piece]:
    if kind == "removed" and not is_mine:
        return [Piece("deleted", before)]
    if kind == "added" and is_mine:
        return [Piece("same", text)]
    if kind in WHOLE:
        return [Piece("deleted", before), Piece("same", " "), Piece("inserted", text)]
    return word_diff(before, text)
