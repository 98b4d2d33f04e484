"""The archive of a backup: plain files in a tar file compressed with gzip.

It is written and read in one pass, block by block. Reading accepts what writing makes, and nothing else: no
links, devices, or extended headers, and only names that are known here. Files are therefore never placed by
what an archive says.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from app.platform.strict_json import NotStrict, parse_json
from ops.problems import Problem

FORMAT = 1
ABOUT, DATABASE, KEY, MANIFEST = "about.json", "muster.db", "secret_key", "manifest.json"
# In bytes; the sizes of other members are limited by the free space.
MOST = {ABOUT: 4_194_304, KEY: 65_536, MANIFEST: 67_108_864}
QUICKLY = 1
_UPLOAD = re.compile(r"uploads/[1-9][0-9]{0,18}/[0-9a-f-]{36}\.(gz|sheet)")
_BLOCK = 512
_PIECE = 1024 * 1024
_END = bytes(2 * _BLOCK)
_MOST_AFTER_END = 65_536

Manifest = dict[str, dict[str, Any]]
"""{name: {"size": bytes, "sha256": hexadecimal digits}} of all members before it."""


class Writer:
    """Writes members one after another; `close` adds the manifest, which then is in `manifest`."""

    def __init__(self, file: BinaryIO, moment: int) -> None:
        self.manifest: Manifest = {}
        self._moment = moment
        self._packed = gzip.GzipFile(
            filename="", mode="wb", fileobj=file, compresslevel=QUICKLY, mtime=moment
        )

    def add(self, name: str, source: BinaryIO, size: int) -> None:
        """Add exactly `size` bytes of `source`."""
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, self._moment
        self._packed.write(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict"))
        digest = hashlib.sha256()
        for piece in _pieces(source, size):
            digest.update(piece)
            self._packed.write(piece)
        self._packed.write(bytes(-size % _BLOCK))
        self.manifest[name] = {"size": size, "sha256": digest.hexdigest()}

    def add_json(self, name: str, value: Any) -> None:
        content = json.dumps(value, indent=1).encode()
        self.add(name, io.BytesIO(content), len(content))

    def close(self) -> None:
        known = dict(self.manifest)
        self.add_json(MANIFEST, {"members": known})
        self.manifest = known
        self._packed.write(_END)
        self._packed.close()


def members(file: BinaryIO) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """Yield (name, size, pieces) of the members in order. Pieces that are not used are skipped.

    Raises Problem for anything that is not an archive made by `Writer`.
    """
    seen: set[str] = set()
    with _damage_explained(), gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
        packed = cast(BinaryIO, unpacked)
        while (header := _exactly(packed, _BLOCK)) != bytes(_BLOCK):
            info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
            _check(info, seen)
            pieces = _content(packed, info.size)
            yield info.name, info.size, pieces
            for _ in pieces:
                pass
            _exactly(packed, -info.size % _BLOCK)
        after = packed.read(_MOST_AFTER_END + 1)
        if len(after) > _MOST_AFTER_END or any(after):
            raise Problem("The archive contains data after its end.")


def contents(file: BinaryIO) -> tuple[Manifest, Manifest]:
    """Read everything; return the manifest and what is really in the archive."""
    found: Manifest = {}
    told: Manifest = {}
    for name, size, pieces in members(file):
        if name == MANIFEST:
            told = manifest_of(pieces)
            continue
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        found[name] = {"size": size, "sha256": digest.hexdigest()}
    return told, found


def about_of(pieces: Iterator[bytes]) -> dict[str, Any]:
    """Return what an archive says of itself. Raises Problem if it has another format."""
    about = _json(pieces)
    if about.get("format") != FORMAT:
        raise Problem(
            f"The archive has format {str(about.get('format'))[:20]}; "
            f"this version of Muster reads format {FORMAT}."
        )
    return about


def manifest_of(pieces: Iterator[bytes]) -> Manifest:
    found = _json(pieces).get("members")
    if not isinstance(found, dict):
        raise Problem("The archive’s manifest can’t be read.")
    return found


def is_upload(name: str) -> bool:
    return _UPLOAD.fullmatch(name) is not None


def _check(info: tarfile.TarInfo, seen: set[str]) -> None:
    name = info.name
    if info.type != tarfile.REGTYPE or info.size < 0:
        raise Problem(f"The archive contains something that isn’t a plain file ({name[:100]!r}).")
    if name not in (ABOUT, DATABASE, KEY, MANIFEST) and not is_upload(name):
        raise Problem(f"The archive contains a file that isn’t part of a backup ({name[:100]!r}).")
    if name in seen:
        raise Problem(f"The archive contains {name} twice.")
    if not seen and name != ABOUT:
        raise Problem("The archive isn’t a backup of Muster.")
    if info.size > MOST.get(name, info.size):
        raise Problem(f"The archive’s {name} is too large.")
    seen.add(name)


def _json(pieces: Iterator[bytes]) -> dict[str, Any]:
    try:
        found = parse_json(b"".join(pieces))
    except NotStrict:
        found = None
    if not isinstance(found, dict):
        raise Problem("The archive’s description of itself can’t be read.")
    return found


def _content(source: BinaryIO, size: int) -> Iterator[bytes]:
    with _damage_explained():
        yield from _pieces(source, size)


def _pieces(source: BinaryIO, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = source.read(min(left, _PIECE))
        if not piece:
            raise EOFError("the file ends too early")
        left -= len(piece)
        yield piece


def _exactly(source: BinaryIO, size: int) -> bytes:
    return b"".join(_pieces(source, size))


@contextmanager
def _damage_explained() -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.HeaderError, UnicodeError) as damage:
        raise Problem("The file isn’t a backup of Muster, or is damaged.") from damage
