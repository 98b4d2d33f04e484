"""Information outside a table's columns that may say who must not be contacted, as additional columns.

These are the name of the file or worksheet, section titles, cells to the right of the table, and remarks in
other cells. A file only gets such a column if it has content, so that one set of questions, answers, and
rules covers everything a file says about consent.
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
"""Columns that repeat content of the row's own cells; downloads omit them."""

_LONGEST: Final = 320


@dataclass(frozen=True)
class Outside:
    """The additional columns of a file.

    `file` and `sheet` are names that speak about the people in the file, empty for other names. `section`:
    rows get the title of their section. `beyond`: rows get the cells to the right of the last column.
    `remarked` are the positions of columns in which remarks were found.
    """

    file: str = ""
    sheet: str = ""
    section: bool = False
    beyond: bool = False
    remarked: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The additional columns, in order."""
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
        """Return the additional cells for a row of a table with `width` columns."""
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
    """Return the question about an additional column; None if the usual question fits."""
    if column == FILE:
        return f"The file is called “{text}”. Are these people who said no?"
    if column == SHEET:
        return f"The sheet is called “{text}”. Are these people who said no?"
    if column == SECTION:
        return f"A line above these rows says “{text}”. Are these people who said no?"
    if column == REMARKS:
        return "Do these remarks say that people are not to be contacted?"
    return None
