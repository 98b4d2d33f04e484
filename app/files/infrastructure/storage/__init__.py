"""Storage of uploaded files: gzip-compressed, one folder per account, named only by our public ids.

UPLOADS_URL decides where they are: in a folder, or in a bucket. If a bucket does not respond, these functions
raise Unavailable.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from app.files.infrastructure.storage.folder import Folder
from app.files.infrastructure.storage.stored import SHEET_TEXT, Stored, name_of, sheet_of
from app.platform.settings import current

if TYPE_CHECKING:
    from app.files.infrastructure.storage.bucket import Bucket

__all__ = ["SHEET_TEXT"]
QUICKLY = 1  # contact files still shrink to a fifth, and CPU time costs as much as disk time


def new_file(account_id: int, public_id: str) -> AbstractContextManager[BinaryIO]:
    """Open a new file for writing. It is compressed, and replaces the old one, if any, only if the block ends
    without an exception."""
    return _packed(name_of(account_id, public_id))


def new_sheet(account_id: int, public_id: str) -> AbstractContextManager[BinaryIO]:
    """The same for the extracted text of a worksheet."""
    return _packed(sheet_of(account_id, public_id))


@contextmanager
def _packed(name: str) -> Iterator[BinaryIO]:
    with (
        _store().written(name) as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=QUICKLY, mtime=0) as packed,
    ):
        yield cast(BinaryIO, packed)


def opened(account_id: int, public_id: str) -> BinaryIO:
    """Open a stored file for reading its original bytes. Raises FileNotFoundError."""
    return _store().unpacked(name_of(account_id, public_id))


def opened_sheet(account_id: int, public_id: str) -> BinaryIO:
    """Open the extracted text of a worksheet. Raises FileNotFoundError."""
    return _store().unpacked(sheet_of(account_id, public_id))


def local(account_id: int, public_id: str) -> AbstractContextManager[BinaryIO]:
    """Open a file of this machine with the compressed bytes of a stored file, for programs that do not read
    from one end to the other. Raises FileNotFoundError, and NoSpace if it would be a copy and doesn’t fit."""
    return _store().local(name_of(account_id, public_id))


def exists(account_id: int, public_id: str) -> bool:
    return _store().exists(name_of(account_id, public_id))


def remove(account_id: int, public_id: str) -> None:
    """Remove a file, if it exists, and its worksheet text. What a bucket that does not respond keeps,
    `files_before` finds later."""
    _store().remove(name_of(account_id, public_id))
    _store().remove(sheet_of(account_id, public_id))


def link(account_id: int, public_id: str, other: str) -> None:
    """Make the same bytes available under another public id; a folder does not use space twice."""
    _store().copy(name_of(account_id, public_id), name_of(account_id, other))


def link_into(folder: Path, account_id: int, public_id: str) -> bool:
    """Keep the present bytes of a stored file, and of its worksheet text, in another folder of the same disk,
    whatever becomes of the file. Returns False if it is gone. Not for buckets."""
    source = path_of(account_id, public_id)
    target = folder / str(account_id) / source.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        return False
    with suppress(FileNotFoundError):
        os.link(source.with_suffix(SHEET_TEXT), target.with_suffix(SHEET_TEXT))
    return True


def take_sheet(account_id: int, public_id: str, other: str) -> None:
    """Move the extracted worksheet text, if any, to another upload of the same workbook."""
    _store().move(sheet_of(account_id, public_id), sheet_of(account_id, other))


def path_of(account_id: int, public_id: str) -> Path:
    """Return the path of a file that is stored in a folder."""
    return Folder(current().uploads_dir).path_of(name_of(account_id, public_id))


def bytes_of_sheets(account_id: int) -> int:
    """Return the disk space of the account's extracted worksheet texts; a small workbook can hold a large
    one. 0 while a bucket does not respond."""
    return _store().bytes_of(str(account_id), SHEET_TEXT)


def files_before(moment: float) -> Iterator[Stored]:
    """Yield files last written before `moment` (Unix time in seconds)."""
    return _store().before(moment)


def check_bucket() -> str | None:
    """Write, read, and delete a file in the bucket; return why that failed, or None."""
    return _bucket().check()


def _store() -> "Folder | Bucket":
    return Folder(current().uploads_dir) if current().uploads_bucket is None else _bucket()


def _bucket() -> "Bucket":
    from app.files.infrastructure.storage.bucket import bucket_at  # loads boto3, which takes 40 MB

    address = current().uploads_bucket
    assert address is not None
    return bucket_at(address)
