"""Storage limits: whether an account and the disk have room for another file.

Everything a user can create more of counts: uploads, selected contacts, rows of jobs and of dry runs, and the
activity log. Other rooms register their share.
"""

from collections.abc import Callable

from app.accounts import application as accounts
from app.activity import application as activity
from app.files.infrastructure import queries, storage
from app.platform import disk
from app.platform.errors import LimitReached, NoSpace
from app.platform.settings import current
from app.platform.text import formats
from app.platform.text.words import counted

BYTES_OF_A_LOG_ENTRY = 400

_kept: dict[str, Callable[[int], int]] = {}


def register_kept(name: str, size: Callable[[int], int]) -> None:
    """Register storage: `size(account_id)` returns the bytes used for what is displayed as `name`."""
    _kept[name] = size


def kept_bytes(account_id: int) -> dict[str, int]:
    """Return {display name: bytes} of what the account stores."""
    entries = activity.count_entries(account_id)
    return {
        "uploads": queries.bytes_of_uploads(account_id) + storage.bytes_of_sheets(account_id),
        **{name: size(account_id) for name, size in _kept.items()},
        "the activity log": entries * BYTES_OF_A_LOG_ENTRY,
    }


def storage_limit(account_id: int) -> int:
    """Return how many bytes the account may store."""
    return accounts.limit_of(account_id, "storage_bytes", current().max_storage_bytes)


def refuse_without_room(account_id: int, size: int) -> None:
    """Raise LimitReached if the account may not store a file of `size` bytes, NoSpace if the disk cannot.

    A bucket has no limit that we know; the disk of DATA_DIR then only holds what is being received.
    """
    refuse_over_quota(account_id, size, "file")
    if not disk.has_space_for(current(), size):
        raise NoSpace()


def refuse_over_quota(account_id: int, size: int, what: str) -> None:
    """Raise LimitReached if the account may not store `size` more bytes, for `what`."""
    limit, kept = storage_limit(account_id), kept_bytes(account_id)
    used = sum(kept.values())
    if used + size > limit:
        parts = ", ".join(f"{formats.size(part)} by {name}" for name, part in kept.items())
        days = counted(current().job_retention_days, "day")
        raise LimitReached(
            "STORAGE_LIMIT_REACHED",
            f"Your account has used {formats.size(used)} of {formats.size(limit)} ({parts}), so this {what} "
            "doesn’t fit. Files that no job uses and dry runs that aren’t started are deleted after a day, "
            f"finished jobs after {days}. Try again later, or ask your administrator for more storage.",
            limit=limit,
            used=used,
        )
