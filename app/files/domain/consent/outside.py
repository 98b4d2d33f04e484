"""What stands outside the columns of a table and may say who is not to be contacted, as columns behind them.

The name of the file or worksheet, the title of a section, cells to the right of the table, and remarks in
cells that hold something else. A file gets such a column only where there is something to read in it, so that
one set of questions, answers and rules holds for everything that a file says about consent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

FILE: Final = "File name"
SHEET: Final = "Sheet name"
SECTION: Final = "Section title"
BEYOND: Final = "Cells beyond the last column"
REMARKS: Final = "Remarks in other columns"
NAMES: Final = frozenset((FILE, SHEET, SECTION, BEYOND, REMARKS))
REPEATED: Final = frozenset((BEYOND, REMARKS))
"""Columns that repeat what stands in a row's own cells: a download leaves them out."""

_LONGEST: Final = 320


@dataclass(frozen=True)
class Outside:
    """`file` and `sheet` are names that say who is in the file, empty for others. `section`: rows get the
    title that they stand under; `beyond`: what is to the right of the last column. `remarked` are the
    positions of columns in whose cells remarks were found."""

    file: str = ""
    sheet: str = ""
    section: bool = False
    beyond: bool = False
    remarked: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in their order."""
        has = (
            (FILE, self.file),
            (SHEET, self.sheet),
            (SECTION, self.section),
            (BEYOND, self.beyond),
            (REMARKS, self.remarked),
        )
        return tuple(name for name, is_there in has if is_there)

    def cells(
        self, row: Sequence[str], width: int, section: str, remark_in: Callable[[str], str]
    ) -> list[str]:
        """What the columns hold for a row of a table of `width` columns."""
        found = [name for name in (self.file, self.sheet) if name]
        if self.section:
            found.append(section)
        if self.beyond:
            beyond = ", ".join(filter(None, map(str.strip, row[width:]))) if len(row) > width else ""
            found.append(beyond[:_LONGEST])
        if self.remarked:
            remarks = (remark_in(row[at]) for at in self.remarked)
            found.append(next(filter(None, remarks), ""))
        return found


def question_about(column: str, text: str) -> str | None:
    """How a person is asked about one of these columns; None where the usual question fits."""
    if column == FILE:
        return f"The file is called “{text}”. Are these people who said no?"
    if column == SHEET:
        return f"The sheet is called “{text}”. Are these people who said no?"
    if column == SECTION:
        return f"A line above these rows says “{text}”. Are these people who said no?"
    if column == REMARKS:
        return "Do these remarks say that people are not to be contacted?"
    return None
