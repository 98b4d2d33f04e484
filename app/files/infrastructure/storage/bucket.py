"""Stored files in a bucket of an S3-compatible service, which any number of machines share.

Keys are the paths that files have in a folder, so that a folder can be copied into a bucket and back.
"""

import gzip
import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, BinaryIO, Final, cast
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from app.files.infrastructure.storage.bucket_client import explained, new_client
from app.files.infrastructure.storage.bucket_objects import ObjectReader, ObjectWriter
from app.files.infrastructure.storage.stored import DRAFT, Stored, stored_file
from app.platform import disk
from app.platform.errors import NoSpace, Unavailable
from app.platform.logs import log
from app.platform.settings import current
from app.platform.settings.uploads import BucketAddress

READ_AT_ONCE: Final = 128 * 1024
QUIET_SECONDS: Final = 30.0


@cache
def bucket_at(address: BucketAddress) -> "Bucket":
    return Bucket(address)


class Bucket:
    """Names of files are keys in the bucket, after the prefix. Raises Unavailable in an outage."""

    def __init__(self, address: BucketAddress) -> None:
        self._client = new_client(address)
        self._bucket = address.bucket
        self._prefix = address.prefix
        self._quiet_until = 0.0

    @contextmanager
    def written(self, name: str) -> Iterator[BinaryIO]:
        """Open a file for writing, which replaces the old one only if the block ends without an exception."""
        writer = ObjectWriter(self._client, self._bucket, self._key(name))
        try:
            yield cast(BinaryIO, writer)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise

    def unpacked(self, name: str) -> BinaryIO:
        """Open a gzip-compressed file for reading its original bytes. Raises FileNotFoundError."""
        reader = ObjectReader(self._client, self._bucket, self._key(name))
        return cast(BinaryIO, gzip.GzipFile(fileobj=io.BufferedReader(reader, READ_AT_ONCE), mode="rb"))

    @contextmanager
    def local(self, name: str) -> Iterator[BinaryIO]:
        """Open a nameless copy, which is gone with this process at the latest. Raises FileNotFoundError, and
        NoSpace if it doesn’t fit on the disk of DATA_DIR."""
        with explained():
            size = self._client.head_object(**self._place(name))["ContentLength"]
        if not disk.has_space_for(current(), size):
            raise NoSpace()
        with tempfile.TemporaryFile(dir=current().data_dir) as copy:
            reader = ObjectReader(self._client, self._bucket, self._key(name))
            shutil.copyfileobj(cast(BinaryIO, reader), copy, READ_AT_ONCE)
            copy.seek(0)
            yield cast(BinaryIO, copy)

    def exists(self, name: str) -> bool:
        try:
            with explained():
                self._client.head_object(**self._place(name))
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove a file, if it exists, or leave that to the removal of files without an upload: its row is
        gone already."""
        try:
            with explained():
                self._client.delete_object(**self._place(name))
        except Unavailable:
            log.warning("stored_file_not_removed", extra={"file": name})

    def copy(self, name: str, other: str) -> None:
        with explained():
            self._client.copy(self._place(name), self._bucket, self._key(other), Config=_in_this_thread())

    def move(self, name: str, other: str) -> None:
        """Rename a file, if it exists."""
        try:
            self.copy(name, other)
        except FileNotFoundError:
            return
        self.remove(name)

    def bytes_of(self, folder: str, suffix: str) -> int:
        """Return the size of the files in a folder whose names end so.

        0 while the bucket does not respond: what needs no files must go on then, and quickly.
        """
        if time.monotonic() < self._quiet_until:
            return 0
        try:
            found = self._pages("list_objects_v2", "Contents", f"{folder}/")
            return sum(one["Size"] for one in found if one["Key"].endswith(suffix))
        except Unavailable:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            return 0

    def before(self, moment: float) -> Iterator[Stored]:
        """Yield files last written before `moment`, and those of which only parts were sent."""
        for one in self._pages("list_objects_v2", "Contents"):
            name = self._name(one["Key"])
            if one["LastModified"].timestamp() < moment and (
                found := stored_file(name, partial(self.remove, name))
            ):
                yield found
        for one in self._pages("list_multipart_uploads", "Uploads"):
            place = {**self._place(self._name(one["Key"])), "UploadId": one["UploadId"]}
            remove = self._explaining(partial(self._client.abort_multipart_upload, **place))
            if one["Initiated"].timestamp() < moment and (
                found := stored_file(f"{self._name(one['Key'])}{DRAFT}", remove)
            ):
                yield found

    def check(self) -> str | None:
        """Write, read, and delete a file; return why that failed, or None."""
        place = self._place(f"doctor/{uuid4().hex}")
        try:
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
            self._client.put_object(**place, Body=b"muster")
            content = self._client.get_object(**place)["Body"].read()
            self._client.delete_object(**place)
        except ClientError as failure:
            return f"{failure.response['Error'].get('Code', '')} at {failure.operation_name}"
        except BotoCoreError as failure:
            return type(failure).__name__
        return None if content == b"muster" else "other bytes came back"

    def _pages(self, operation: str, kind: str, folder: str = "") -> Iterator[Any]:
        with explained():
            pages = self._client.get_paginator(operation)
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._key(folder)):
                yield from page.get(kind, ())

    def _explaining(self, act: Callable[[], object]) -> Callable[[], object]:
        def explain() -> None:
            with explained():
                act()

        return explain

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}"

    def _name(self, key: str) -> str:
        return key.removeprefix(self._prefix)

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._key(name)}


def _in_this_thread() -> Any:
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(use_threads=False)
