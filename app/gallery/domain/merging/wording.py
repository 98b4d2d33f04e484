"""A text compared with another one, word by word."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from rapidfuzz.distance import LCSseq

PieceKind: TypeAlias = Literal["same", "deleted", "inserted"]

# Merge tags stay whole. Every character belongs to a token.
_TOKEN = re.compile(r"\{\{[^{}]{0,300}\}\}|\{%[^{}%]{0,300}%\}|\n|[^\S\n]+|[\w’']+|[^\w\s]")
MOST_PAIRS: Final = 16_000_000
"""Beyond this product of their numbers of words, texts are compared line by line, which takes less memory."""


class Piece(NamedTuple):
    """A part of two compared texts: in both, only in the earlier one, or only in the later one."""

    kind: PieceKind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Return what differs between two texts. The same and deleted pieces are `before`, the same and inserted
    ones `after`."""
    if before == after:
        return [Piece("same", before)] if before else []
    first, second = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(first) * len(second) > MOST_PAIRS:
        first, second = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_pieces(_joined(_runs(first, second))))


class _Run(NamedTuple):
    """A stretch that is in both texts, or one that replaces another."""

    same: str
    deleted: str = ""
    inserted: str = ""


def _runs(first: list[str], second: list[str]) -> Iterator[_Run]:
    numbers: dict[str, int] = {}
    coded = [[numbers.setdefault(token, len(numbers)) for token in tokens] for tokens in (first, second)]
    for step in LCSseq.opcodes(*coded):
        old = "".join(first[step.src_start : step.src_end])
        new = "".join(second[step.dest_start : step.dest_end])
        yield _Run(old) if step.tag == "equal" else _Run("", old, new)


def _joined(runs: Iterable[_Run]) -> Iterator[_Run]:
    """Join changes between which there are only spaces, so that a new phrase reads as one."""
    change, space = _Run(""), ""
    for run in runs:
        if not run.same:
            change = _Run("", change.deleted + space + run.deleted, change.inserted + space + run.inserted)
            space = ""
        elif _is_change(change) and not space and run.same.isspace() and "\n" not in run.same:
            space = run.same
        else:
            yield change
            yield _Run(space + run.same)
            change, space = _Run(""), ""
    yield change
    yield _Run(space)


def _is_change(run: _Run) -> bool:
    return bool(run.deleted or run.inserted)


def _pieces(runs: Iterable[_Run]) -> Iterator[Piece]:
    for run in runs:
        if run.same:
            yield Piece("same", run.same)
        if run.deleted:
            yield Piece("deleted", run.deleted)
        if run.inserted:
            yield Piece("inserted", run.inserted)
