"""What was noticed while all of a file was read: lines that are no contacts, and cells that are garbled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from app.files.domain.text.garbled import what_is_wrong

SAMPLES: Final = 5
ACCENTED: Final = 3
_SHORT: Final = 40
_LONGEST: Final = 120
_COUNTED_BY_LOOKING: Final = 20_000  # rows that are looked at cell by cell; more only say "more than"


@dataclass(frozen=True)
class NoticedLine:
    """`row` None for a line that is no row; `text` is shortened."""

    line: int
    row: int | None
    text: str


@dataclass
class Noticed:
    """How many lines or rows, and the first of them."""

    count: int = 0
    samples: list[NoticedLine] = field(default_factory=list)

    def add(self, line: int, row: int | None, text: str) -> None:
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(NoticedLine(line, row, text[:_LONGEST]))


@dataclass
class Notices:
    """`left_out`: {not_rows.Kind: lines}; `garbled`: {`lost`, `encoding` or `entities`: rows}; `accented`: a
    few cells with letters beyond ASCII, which show whether the encoding is the right one."""

    left_out: dict[str, Noticed] = field(default_factory=dict)
    garbled: dict[str, Noticed] = field(default_factory=dict)
    accented: list[str] = field(default_factory=list)
    _looked: int = 0

    def leave_out(self, kind: str, line: int, cells: Sequence[str]) -> None:
        """Count a line that is no row."""
        filled = [" ".join(cell.split()) for cell in cells if cell.strip()]
        self.left_out.setdefault(kind, Noticed()).add(line, None, " | ".join(filled))

    def wants_accents(self, cells: Sequence[str]) -> bool:
        """Keep short cells that show how the file is encoded; whether more are wanted."""
        for cell in cells:
            plain = cell.strip()
            if not plain.isascii() and len(plain) <= _SHORT and any(map(_is_letter_beyond, plain)):
                if plain not in self.accented:
                    self.accented.append(plain)
                if len(self.accented) >= ACCENTED:
                    return False
        return True

    def look_at(self, row: int | None, line: int, cells: Sequence[str]) -> None:
        """Count a row whose cells were lost or misread on the way here."""
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
        """Plain numbers, strings, lists and dicts."""
        facts = asdict(self)
        return {name: facts[name] for name in ("left_out", "garbled", "accented")}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Notices:
        """What `as_json` wrote; nothing for a file that was kept before anything was noticed."""
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
