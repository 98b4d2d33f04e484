"""Deletion of many rows in short transactions, so that nobody waits long."""

from collections.abc import Callable
from typing import Final

from app.platform.database.transactions import transaction

ROWS: Final = 1_000  # per transaction


def delete_in_pieces(delete: Callable[[int], int], most_pieces: int = 20) -> None:
    """Call `delete`, which deletes up to a given number of rows and returns how many it has deleted, in
    transactions of its own until nothing is left. After `most_pieces`, the rest is left to the next call."""
    for _ in range(most_pieces):
        with transaction():
            deleted = delete(ROWS)
        if not deleted:
            return
