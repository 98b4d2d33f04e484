"""Rows of a contact file."""

from typing import NamedTuple


class Row(NamedTuple):
    """`number` counts data rows from 1; `line` is the physical line on which the row starts.

    There are at least as many cells as columns; extra cells of a longer row come last.
    """

    number: int
    line: int
    cells: list[str]
