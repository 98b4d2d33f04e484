"""Stored files in a folder: of this machine, or of a disk that machines share."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from app.files.infrastructure.storage.stored import DRAFT, Stored, stored_file


class Folder:
    """Names of files are paths in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, name: str) -> Path:
        return self._folder / name

    @contextmanager
    def written(self, name: str) -> Iterator[BinaryIO]:
        """Open a file for writing, which replaces the old one only if the block ends without an exception."""
        target = self.path_of(name)
        for folder in (target.parent.parent, target.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}{DRAFT}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
                yield raw
                raw.flush()
                os.fsync(raw.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def unpacked(self, name: str) -> BinaryIO:
        """Open a gzip-compressed file for reading its original bytes. Raises FileNotFoundError."""
        return cast(BinaryIO, gzip.open(self.path_of(name), "rb"))

    @contextmanager
    def local(self, name: str) -> Iterator[BinaryIO]:
        """Open a file of this machine with the bytes as stored. Raises FileNotFoundError."""
        with self.path_of(name).open("rb") as file:
            yield file

    def exists(self, name: str) -> bool:
        return self.path_of(name).is_file()

    def remove(self, name: str) -> None:
        self.path_of(name).unlink(missing_ok=True)

    def copy(self, name: str, other: str) -> None:
        """Give a file a second name, without using space twice."""
        os.link(self.path_of(name), self.path_of(other))

    def move(self, name: str, other: str) -> None:
        """Rename a file, if it exists."""
        with suppress(FileNotFoundError):
            self.path_of(name).replace(self.path_of(other))

    def bytes_of(self, folder: str, suffix: str) -> int:
        """Return the size of the files in a folder whose names end so."""
        size = 0
        for path in self.path_of(folder).glob(f"*{suffix}"):
            with suppress(FileNotFoundError):
                size += path.stat().st_size
        return size

    def before(self, moment: float) -> Iterator[Stored]:
        """Yield files last written before `moment` (Unix time in seconds)."""
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < moment and (
                    found := stored_file(f"{path.parent.name}/{path.name}", path.unlink)
                ):
                    yield found
