"""Objects of a bucket as streams, in little memory however large they are."""

import io
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import BotoCoreError

from app.files.infrastructure.storage.bucket_client import TRIES, explained
from app.platform.errors import Unavailable

PART_BYTES: Final = 8 * 1024 * 1024  # services want at least 5 MB
FIRST_BYTES: Final = 256 * 1024  # all that pages with the first rows need
MOST_BYTES: Final = 4 * 1024 * 1024


class ObjectReader(io.RawIOBase):
    """Reads an object block by block, each with a request of its own: whoever reads may take minutes between
    two of them, after which a connection would be gone.

    Raises FileNotFoundError at the beginning, and Unavailable if the object is replaced in between.
    """

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._size: int | None = None
        self._next = 0
        self._block = memoryview(b"")
        self._fetch()

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any, /) -> int:
        if not self._block and self._next != self._size:
            self._fetch()
        view = memoryview(target)
        read = min(len(view), len(self._block))
        view[:read] = self._block[:read]
        self._block = self._block[read:]
        return read

    def _fetch(self) -> None:
        length = min(max(FIRST_BYTES, self._next), MOST_BYTES)
        wanted = f"bytes={self._next}-{self._next + length - 1}"
        with explained():
            for tries in range(1, TRIES + 1):
                answer = self._client.get_object(**self._place, Range=wanted)
                try:
                    block = answer["Body"].read()
                    break
                except BotoCoreError:  # the client repeats requests, but not the reading of answers
                    if tries == TRIES:
                        raise
        self._place["IfMatch"] = answer["ETag"]
        self._size = int(answer["ContentRange"].rpartition("/")[2])
        self._block = memoryview(block)
        self._next += len(block)


class ObjectWriter(io.RawIOBase):
    """Writes an object, which appears only with `finish`: in parts if it is larger than one, which `abandon`
    removes."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._waiting += data
        while len(self._waiting) > PART_BYTES:
            self._send(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
        return memoryview(data).nbytes

    def finish(self) -> None:
        rest = bytes(self._waiting)
        if not self._upload:
            with explained():
                self._client.put_object(**self._place, Body=rest)
            return
        self._send(rest)
        with explained():
            parts = {"Parts": self._parts}
            self._client.complete_multipart_upload(**self._place, **self._upload, MultipartUpload=parts)

    def abandon(self) -> None:
        """Remove what was sent. What can't be removed now, `Bucket.before` finds later."""
        if self._upload:
            with suppress(FileNotFoundError, Unavailable), explained():
                self._client.abort_multipart_upload(**self._place, **self._upload)

    def _send(self, part: bytes) -> None:
        with explained():
            if not self._upload:
                begun = self._client.create_multipart_upload(**self._place)
                self._upload = {"UploadId": begun["UploadId"]}
            number = len(self._parts) + 1
            sent = self._client.upload_part(**self._place, **self._upload, PartNumber=number, Body=part)
            self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
