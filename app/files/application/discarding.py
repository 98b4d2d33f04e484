"""Deletion of uploads that are older than a day and not in use, rows and files alike; and of people from
uploads that are kept.

Other rooms register what is in use, because this room does not know jobs.
"""

import io
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.files.application.reading import kept, layout_of
from app.files.domain.reading.erasing import ERASED, PeopleEraser, plain_text
from app.files.domain.reading.layout import FileLayout
from app.files.domain.text.encodings import UNDECIDED
from app.files.domain.text.lines import ROW_END
from app.files.infrastructure import queries, storage, store, worksheets
from app.files.infrastructure.tables import ColumnMapping, Upload
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, NotFound
from app.platform.logs import log
from app.platform.text.redacting import redacted_text

KEPT_UNUSED = timedelta(days=1)
AT_ONCE = 1_000
FILES_AT_ONCE = 500
_SCRUBBED = ("checkup", "noticed", "profile", "evidence", "mends", "choices")
_BLOCK = 256 * 1024

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
    stored = storage.files_before(moment)
    while part := list(islice(stored, FILES_AT_ONCE)):
        known = queries.known_uploads([one.public_id for one in part if not one.is_draft])
        for one in part:
            if one.is_draft or (one.account_id, one.public_id) not in known:
                with suppress(FileNotFoundError):
                    one.remove()


def _remove_files(account_id: int, public_ids: list[str]) -> None:
    for public_id in public_ids:
        storage.remove(account_id, public_id)


def uploads_of(account_id: int) -> list[int]:
    """Return the ids of all uploads of an account."""
    return queries.upload_ids(account_id)


def erase_people(
    account_id: int,
    upload_id: int,
    lines: Collection[int],
    needles: Collection[str],
    values: Collection[str] = (),
) -> int:
    """Erase people from an upload; return how many records of its file are erased.

    `lines` are where their records begin, `needles` lower-case texts that name them in any cell, `values`
    further texts about them. What is remembered about the file is cleared first: of texts that contain a
    needle, and of texts that are one of `values` or a cell that only they have. Of a workbook only the erased
    text of the worksheet in use is kept. Repeating it changes nothing more. Does nothing if the upload is
    gone.
    """
    upload = queries.upload_by_id(account_id, upload_id)
    if upload is None:
        return 0
    layout = layout_of(upload)
    known = frozenset(filter(None, map(plain_text, values)))
    own = _own_values(upload, layout, PeopleEraser(layout, lines, needles))
    with transaction():
        _scrub(upload, _SCRUBBED, needles, known | own)
        if (name := redacted_text(upload.file_name, needles)) != upload.file_name:
            store.change_facts(upload, {"file_name": name})
        for mapping in queries.mappings_of(account_id):
            _scrub(mapping, ("mapping", "consent"), needles, known | own)
    return _erase_file(upload, layout, PeopleEraser(layout, lines, needles))


def _own_values(upload: Upload, layout: FileLayout, eraser: PeopleEraser) -> frozenset[str]:
    """Return the cells that only the people to be erased have."""
    texts = _texts(upload, layout)
    if texts is None:
        return frozenset()
    deque(eraser.over(texts), maxlen=0)
    if not eraser.erased:
        return frozenset()
    others = PeopleEraser(layout, (), ())
    rest = _texts(upload, layout)
    own = set(eraser.values)
    for cells in others.records(eraser.over(rest) if rest is not None else ()):
        own.difference_update(map(plain_text, cells))
        if not own:
            break
    return frozenset(own)


def _scrub(
    row: Upload | ColumnMapping, names: Sequence[str], needles: Collection[str], values: frozenset[str]
) -> None:
    facts = {name: _scrubbed(getattr(row, name), needles, values) for name in names}
    changed = {name: value for name, value in facts.items() if value != getattr(row, name)}
    if changed:
        store.change_facts(row, changed)


def _texts(upload: Upload, layout: FileLayout) -> Iterator[str] | None:
    """Return the lines of the stored file with their ends, or None if it is gone."""
    try:
        if layout.sheet is None:
            source = storage.opened(upload.account_id, upload.public_id)
        else:
            source = worksheets.opened(upload.account_id, upload.public_id, layout.sheet)
    except (FileNotFoundError, ValueError):
        return None
    return _lines(source, layout, _encoding(layout))


def _erase_file(upload: Upload, layout: FileLayout, eraser: PeopleEraser) -> int:
    texts = _texts(upload, layout)
    if texts is None:
        return 0
    if layout.sheet is None:
        with storage.new_file(upload.account_id, upload.public_id) as target:
            _copy(texts, target, layout, eraser)
        return eraser.erased
    with storage.new_sheet(upload.account_id, upload.public_id) as target:
        _copy(texts, target, layout, eraser)
    if eraser.erased:
        with storage.new_file(upload.account_id, upload.public_id):
            pass  # the other worksheets may name them, too
        sheets = [one for one in upload.noticed.get("sheets", []) if one.get("name") == layout.sheet]
        with transaction():
            store.change(upload, noticed=upload.noticed | {"sheets": sheets})
    return eraser.erased


def _copy(texts: Iterator[str], target: BinaryIO, layout: FileLayout, eraser: PeopleEraser) -> None:
    for line in eraser.over(texts):
        target.write(line.encode(_encoding(layout), "surrogateescape"))


def _encoding(layout: FileLayout) -> str:
    """Return the encoding to copy the file with; any that keeps all bytes will do for ASCII."""
    return "latin-1" if layout.encoding == UNDECIDED else layout.encoding


def _lines(source: BinaryIO, layout: FileLayout, encoding: str) -> Iterator[str]:
    """Yield the lines of a file with their ends; bytes that can't be decoded survive encoding."""
    with io.TextIOWrapper(source, encoding=encoding, errors="surrogateescape", newline="") as text:
        if not layout.is_sheet:
            yield from text
            return
        rest = ""
        while block := text.read(_BLOCK):
            *rows, rest = (rest + block).split(ROW_END)
            yield from (row + ROW_END for row in rows)
        if rest:
            yield rest


def _scrubbed(value: Any, needles: Collection[str], values: frozenset[str]) -> Any:
    """Return JSON without texts that contain a needle or are one of the values."""
    if isinstance(value, str):
        lowered = value.lower()
        is_theirs = any(needle in lowered for needle in needles) or (values and plain_text(value) in values)
        return ERASED if is_theirs else value
    if isinstance(value, list):
        return [_scrubbed(one, needles, values) for one in value]
    if isinstance(value, dict):
        return {
            _scrubbed(key, needles, values): _scrubbed(one, needles, values) for key, one in value.items()
        }
    return value
