"""A row of a contact file."""

from typing import NamedTuple


class Row(NamedTuple):
    """`number` counts data rows from 1, `line` is the physical line it begins on.

    There are as many cells as columns, or more where the row is longer than the header: those come last.
    """

    number: int
    line: int
    cells: list[str]
