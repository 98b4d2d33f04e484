"""Where kept files lie: compressed, one folder an account, named by public ids of ours and nothing else."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from app.platform.settings import current

QUICKLY = 1  # contact files shrink to a fifth even so, and the disk is waited for as often as the processor

SHEET_TEXT = ".sheet"  # the text of a worksheet, beside its workbook


@contextmanager
def new_file(account_id: int, public_id: str) -> Iterator[BinaryIO]:
    """What is written is compressed and kept if all goes well; otherwise nothing is left behind."""
    target = path_of(account_id, public_id)
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
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
    """The bytes of a kept file as they came."""
    return cast(BinaryIO, gzip.open(path_of(account_id, public_id), "rb"))


def remove(account_id: int, public_id: str) -> None:
    path = path_of(account_id, public_id)
    path.unlink(missing_ok=True)
    path.with_suffix(SHEET_TEXT).unlink(missing_ok=True)


def link(account_id: int, public_id: str, other: str) -> None:
    """The same bytes under another public id as well, without taking space twice."""
    os.link(path_of(account_id, public_id), path_of(account_id, other))


def take_sheet(account_id: int, public_id: str, other: str) -> None:
    """Give the text of a worksheet, if there is one, to another upload of the same workbook."""
    with suppress(FileNotFoundError):
        sheet = path_of(account_id, public_id).with_suffix(SHEET_TEXT)
        sheet.replace(path_of(account_id, other).with_suffix(SHEET_TEXT))


def path_of(account_id: int, public_id: str) -> Path:
    return current().uploads_dir / str(account_id) / f"{public_id}.gz"


def bytes_of_sheets(account_id: int) -> int:
    """What the texts of an account's worksheets take on disk: a small workbook may hold a large one."""
    texts = (current().uploads_dir / str(account_id)).glob(f"*{SHEET_TEXT}")
    size = 0
    for text in texts:
        with suppress(FileNotFoundError):
            size += text.stat().st_size
    return size


def files_before(moment: float) -> Iterator[tuple[Path, int, str]]:
    """(path, account, public id) of what was last written before `moment` (seconds since 1970)."""
    for path in current().uploads_dir.glob("*/*"):
        if (
            path.suffix in (".gz", ".part", SHEET_TEXT)
            and path.parent.name.isdigit()
            and path.stat().st_mtime < moment
        ):
            yield path, int(path.parent.name), path.stem
