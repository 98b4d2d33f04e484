"""The refusal of a file that cannot be read, in words that tell its owner what to do."""

from __future__ import annotations


class UnreadableFile(Exception):
    """`code` is stable, `message` for a person; `row` (from 1) and `line` (physical) where they are known."""

    def __init__(self, code: str, message: str, line: int | None = None, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.row = row


def place(row: int, line: int) -> str:
    """How a message names a place: `row 12 (line 14)`."""
    return f"row {row:,} (line {line:,})" if row > 0 else f"line {line:,}"
