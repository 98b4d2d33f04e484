"""Where uploads are stored: a folder, or a bucket of an S3-compatible service. What is wrong with a place is
a ValueError, whose text follows the name of the setting in a sentence."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from app.platform.settings.servers import web_address

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FORM: Final = (
    "must be a folder, or look like s3://bucket/prefix?region=eu-central-1 or"
    " s3://key:secret@bucket/prefix?endpoint=https://s3.example.com"
)


@dataclass(frozen=True)
class BucketAddress:
    """A bucket, and where its service is. `prefix` begins all keys, and is empty or ends with a slash.
    Without `key` and `secret`, they are those of the AWS environment."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str | None
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The address without secrets."""
        return f"s3://{self.bucket}/{self.prefix}"


def uploads_place(text: str) -> str:
    """Return the absolute path of a folder, or the address of a bucket, whose scheme is written small."""
    parts = urlsplit(text)
    if parts.scheme == "s3":
        _parsed(text)
        return f"s3{text[text.index(':') :]}"
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return str(Path(unquote(parts.path)).resolve())
    if "://" in text:
        raise ValueError(_FORM)
    return str(Path(text).expanduser().resolve())


@cache
def bucket_address(text: str) -> BucketAddress | None:
    """Return the bucket of a place that `uploads_place` accepted, or None if it is a folder."""
    return _parsed(text) if text.startswith("s3:") else None


def _parsed(text: str) -> BucketAddress:
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    user, _, host = parts.netloc.rpartition("@")
    key, colon, secret = user.partition(":")
    if not _BUCKET.fullmatch(host) or bool(key) != bool(secret) or (colon and not key):
        raise ValueError(_FORM)
    if parts.fragment or options.keys() - {"endpoint", "region"}:
        raise ValueError(_FORM)
    path = unquote(parts.path).strip("/")
    return BucketAddress(
        bucket=host,
        prefix=f"{path}/" if path else "",
        endpoint=web_address(options["endpoint"]) if options.get("endpoint") else None,
        region=options.get("region") or None,
        key=unquote(key) or None,
        secret=unquote(secret) or None,
    )
