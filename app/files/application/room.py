"""Whether there is room for another file: in the account, and on the disk.

What counts are uploads, the plans of dry runs and the activity log: all that a person can make more of.
Rooms above say how much theirs is.
"""

from collections.abc import Callable

from app.accounts import application as accounts
from app.activity import application as activity
from app.files.infrastructure import queries, storage
from app.platform import disk, formats
from app.platform.errors import LimitReached, NoSpace
from app.platform.settings import current

BYTES_OF_A_LOG_ENTRY = 400

_kept: dict[str, Callable[[int], int]] = {}


def register_kept(name: str, size: Callable[[int], int]) -> None:
    """`size(account_id)` tells how many bytes an account has of what people know as `name`."""
    _kept[name] = size


def kept_bytes(account_id: int) -> dict[str, int]:
    """What the account has, by what it is."""
    entries = activity.count_entries(account_id)
    return {
        "uploads": queries.bytes_of_uploads(account_id) + storage.bytes_of_sheets(account_id),
        **{name: size(account_id) for name, size in _kept.items()},
        "the activity log": entries * BYTES_OF_A_LOG_ENTRY,
    }


def storage_limit(account_id: int) -> int:
    """Bytes that the account may keep."""
    return accounts.limit_of(account_id, "storage_bytes", current().max_storage_bytes)


def refuse_without_room(account_id: int, size: int) -> None:
    """Raises LimitReached when the account may not keep `size` bytes more, NoSpace when the disk cannot."""
    limit, kept = storage_limit(account_id), kept_bytes(account_id)
    used = sum(kept.values())
    if used + size > limit:
        parts = ", ".join(f"{formats.size(part)} by {name}" for name, part in kept.items())
        raise LimitReached(
            "STORAGE_LIMIT_REACHED",
            f"Your account has used {formats.size(used)} of {formats.size(limit)} ({parts}), so this file "
            "doesn’t fit. "
            "Files that no job uses and dry runs that aren’t started are deleted after "
            "a day. Try again tomorrow, or ask your administrator for more storage.",
            limit=limit,
            used=used,
        )
    if not disk.has_space_for(current(), size):
        raise NoSpace()
