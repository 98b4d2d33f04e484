"""How stored files are named, in a folder and in a bucket alike."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SHEET_TEXT: Final = ".sheet"  # extracted text of a worksheet, stored next to its workbook
DRAFT: Final = ".part"
_NAME: Final = re.compile(r"(\d+)/([^/]*?)(\.gz|\.sheet|)(\.part|)")


@dataclass(frozen=True)
class Stored:
    """A stored file; a draft was not finished. `remove` raises FileNotFoundError if it is gone."""

    account_id: int
    public_id: str
    is_draft: bool
    remove: Callable[[], object]


def name_of(account_id: int, public_id: str) -> str:
    return f"{account_id}/{public_id}.gz"


def sheet_of(account_id: int, public_id: str) -> str:
    return f"{account_id}/{public_id}{SHEET_TEXT}"


def stored_file(name: str, remove: Callable[[], object]) -> Stored | None:
    """Return the file of that name, or None if we would not name one so."""
    found = _NAME.fullmatch(name)
    if found is None or not (found[3] or found[4]):
        return None
    return Stored(int(found[1]), found[2], bool(found[4]), remove)
