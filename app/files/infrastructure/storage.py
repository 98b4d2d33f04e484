"""Storage of uploaded files: gzip-compressed, one folder per account, named only by our public ids."""

import gzip
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from app.platform.settings import current

QUICKLY = 1  # contact files still shrink to a fifth, and CPU time costs as much as disk time

SHEET_TEXT = ".sheet"  # extracted text of a worksheet, stored next to its workbook


def new_file(account_id: int, public_id: str) -> AbstractContextManager[BinaryIO]:
    """Open a new file for writing. It is compressed, and replaces the old one, if any, only if the block ends
    without an exception."""
    return _written(path_of(account_id, public_id), ".part")


def new_sheet(account_id: int, public_id: str) -> AbstractContextManager[BinaryIO]:
    """The same for the extracted text of a worksheet."""
    return _written(path_of(account_id, public_id).with_suffix(SHEET_TEXT), ".sheet.part")


@contextmanager
def _written(target: Path, draft_suffix: str) -> Iterator[BinaryIO]:
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(draft_suffix)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=QUICKLY, mtime=0) as packed:
                yield cast(BinaryIO, packed)
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def opened(account_id: int, public_id: str) -> BinaryIO:
    """Open a stored file for reading its original bytes."""
    return cast(BinaryIO, gzip.open(path_of(account_id, public_id), "rb"))


def remove(account_id: int, public_id: str) -> None:
    path = path_of(account_id, public_id)
    path.unlink(missing_ok=True)
    path.with_suffix(SHEET_TEXT).unlink(missing_ok=True)


def link(account_id: int, public_id: str, other: str) -> None:
    """Make the same bytes available under another public id without using space twice."""
    os.link(path_of(account_id, public_id), path_of(account_id, other))


def link_into(folder: Path, account_id: int, public_id: str) -> bool:
    """Keep the present bytes of a stored file, and of its worksheet text, in another folder of the same disk,
    whatever becomes of the file. Returns False if it is gone."""
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
    with suppress(FileNotFoundError):
        sheet = path_of(account_id, public_id).with_suffix(SHEET_TEXT)
        sheet.replace(path_of(account_id, other).with_suffix(SHEET_TEXT))


def path_of(account_id: int, public_id: str) -> Path:
    return current().uploads_dir / str(account_id) / f"{public_id}.gz"


def bytes_of_sheets(account_id: int) -> int:
    """Return the disk space of the account's extracted worksheet texts; a small workbook can hold a large
    one."""
    texts = (current().uploads_dir / str(account_id)).glob(f"*{SHEET_TEXT}")
    size = 0
    for text in texts:
        with suppress(FileNotFoundError):
            size += text.stat().st_size
    return size


def files_before(moment: float) -> Iterator[tuple[Path, int, str]]:
    """Yield (path, account id, public id) of files last written before `moment` (Unix time in seconds)."""
    for path in current().uploads_dir.glob("*/*"):
        if (
            path.suffix in (".gz", ".part", SHEET_TEXT)
            and path.parent.name.isdigit()
            and path.stat().st_mtime < moment
        ):
            yield path, int(path.parent.name), path.stem
