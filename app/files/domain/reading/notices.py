"""What is noticed while a file is read: lines that are not contacts, and garbled cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from app.files.domain.text.garbled import what_is_wrong

SAMPLES: Final = 5
ACCENTED: Final = 3
_SHORT: Final = 40
_LONGEST: Final = 120
_COUNTED_BY_LOOKING: Final = 20_000  # rows examined cell by cell; later ones are not counted


@dataclass(frozen=True)
class NoticedLine:
    """A noticed line; `row` is None if it is not a row, `text` is shortened."""

    line: int
    row: int | None
    text: str


@dataclass
class Noticed:
    """Number of lines or rows, and the first of them."""

    count: int = 0
    samples: list[NoticedLine] = field(default_factory=list)

    def add(self, line: int, row: int | None, text: str) -> None:
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(NoticedLine(line, row, text[:_LONGEST]))


@dataclass
class Notices:
    """`left_out`: {not_rows.Kind: lines}. `garbled`: {`lost`, `encoding`, or `entities`: rows}. `accented`: a
    few cells with non-ASCII letters, which show whether the encoding is right."""

    left_out: dict[str, Noticed] = field(default_factory=dict)
    garbled: dict[str, Noticed] = field(default_factory=dict)
    accented: list[str] = field(default_factory=list)
    _looked: int = 0

    def leave_out(self, kind: str, line: int, cells: Sequence[str]) -> None:
        """Count a line that is not a row."""
        filled = [" ".join(cell.split()) for cell in cells if cell.strip()]
        self.left_out.setdefault(kind, Noticed()).add(line, None, " | ".join(filled))

    def wants_accents(self, cells: Sequence[str]) -> bool:
        """Keep short cells with non-ASCII letters; return whether more are needed."""
        for cell in cells:
            plain = cell.strip()
            if not plain.isascii() and len(plain) <= _SHORT and any(map(_is_letter_beyond, plain)):
                if plain not in self.accented:
                    self.accented.append(plain)
                if len(self.accented) >= ACCENTED:
                    return False
        return True

    def look_at(self, row: int | None, line: int, cells: Sequence[str]) -> None:
        """Count a row with cells that were garbled before the upload."""
        if "&" not in (joined := "".join(cells)) and joined.isascii():
            return
        if self._looked >= _COUNTED_BY_LOOKING:
            return
        self._looked += 1
        seen: set[str] = set()
        for cell in cells:
            for wrong in what_is_wrong(cell) - seen:
                seen.add(wrong)
                self.garbled.setdefault(wrong, Noticed()).add(line, row, cell.strip())

    @property
    def lines_left_out(self) -> int:
        return sum(noticed.count for noticed in self.left_out.values())

    def as_json(self) -> dict[str, Any]:
        """Return JSON values."""
        facts = asdict(self)
        return {name: facts[name] for name in ("left_out", "garbled", "accented")}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Notices:
        """Restore notices from `as_json`; empty for uploads stored without them."""
        groups = {
            name: {
                kind: Noticed(one["count"], [NoticedLine(**sample) for sample in one["samples"]])
                for kind, one in facts.get(name, {}).items()
            }
            for name in ("left_out", "garbled")
        }
        return cls(groups["left_out"], groups["garbled"], list(facts.get("accented", [])))


def _is_letter_beyond(character: str) -> bool:
    return not character.isascii() and character.isalpha()
