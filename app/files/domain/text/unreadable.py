"""The error for a file that cannot be read, with a message that tells the user what to do."""

from __future__ import annotations


class UnreadableFile(Exception):
    """A file cannot be read. `code` is stable, `message` is for the user; `row` (from 1) and `line`
    (physical) are set where known."""

    def __init__(self, code: str, message: str, line: int | None = None, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.row = row


def place(row: int, line: int) -> str:
    """Format a place for a message: `row 12 (line 14)`."""
    return f"row {row:,} (line {line:,})" if row > 0 else f"line {line:,}"
