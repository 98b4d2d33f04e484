"""Deletion of uploads that are older than a day and not in use, rows and files alike.

Other rooms register what is in use, because this room does not know jobs.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import timedelta

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.files.application.reading import kept
from app.files.infrastructure import queries, storage, store
from app.files.infrastructure.tables import Upload
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, NotFound
from app.platform.logs import log

KEPT_UNUSED = timedelta(days=1)
AT_ONCE = 1_000

_uses: list[Callable[[int, Sequence[int]], Collection[int]]] = []


def register_use(in_use: Callable[[int, Sequence[int]], Collection[int]]) -> None:
    """Register a check: `in_use(account_id, upload_ids)` returns those that must be kept."""
    if in_use not in _uses:
        _uses.append(in_use)


def is_in_use(upload: Upload) -> bool:
    """Return whether another room depends on the upload as it is."""
    return any(upload.id in in_use(upload.account_id, [upload.id]) for in_use in _uses)


def discard(actor: Actor, public_id: str) -> None:
    """Delete an upload and its file. Raises NotAllowed, NotFound, and Conflict if it is in use."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        upload = kept(actor.account_id, public_id)
        if upload is None:
            raise NotFound("NOT_FOUND", "This upload doesn’t exist, or has expired.")
        if is_in_use(upload):
            raise Conflict("CONFLICT", "A job or dry run uses this file.")
        store.discard(actor.account_id, [upload.id])
        activity.record(actor, "file_deleted", "upload", public_id, name=upload.file_name)
        after_commit(lambda: _remove_files(actor.account_id, [public_id]))


def discard_unused() -> int:
    """Delete uploads older than KEPT_UNUSED that are not in use, and files without an upload; return how many
    uploads were deleted."""
    before = now() - KEPT_UNUSED
    gone = last = 0
    while found := queries.uploads_before(before, last, AT_ONCE):
        by_account: dict[int, dict[int, str]] = defaultdict(dict)
        for account_id, upload_id, public_id in found:
            by_account[account_id][upload_id] = public_id
        gone += sum(_discard(account_id, uploads) for account_id, uploads in by_account.items())
        last = found[-1][1]
    _remove_strays(before.timestamp())
    if gone:
        log.info("uploads_discarded", extra={"uploads": gone})
    return gone


def _discard(account_id: int, uploads: dict[int, str]) -> int:
    with transaction():
        accounts.lock(account_id)
        used = {upload_id for in_use in _uses for upload_id in in_use(account_id, list(uploads))}
        free = [upload_id for upload_id in uploads if upload_id not in used]
        if free:
            store.discard(account_id, free)
            after_commit(lambda: _remove_files(account_id, [uploads[upload_id] for upload_id in free]))
    return len(free)


def _remove_strays(moment: float) -> None:
    """Remove files left by a process that ended between storing a file and inserting its row."""
    for path, account_id, public_id in storage.files_before(moment):
        if path.suffix == ".part" or queries.upload_by_public_id(account_id, public_id) is None:
            with suppress(FileNotFoundError):
                path.unlink()


def _remove_files(account_id: int, public_ids: list[str]) -> None:
    for public_id in public_ids:
        storage.remove(account_id, public_id)
