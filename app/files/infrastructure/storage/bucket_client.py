"""The client of an S3-compatible service, and its failures.

boto3 is imported with this module only, so that installations with a folder need neither its memory nor its
time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.platform.errors import Unavailable
from app.platform.logs import log
from app.platform.settings.uploads import BucketAddress

NO_STORAGE: Final = "The storage of uploaded files isn’t responding right now. Try again in a moment."
CHANGED: Final = "The uploaded file was changed while it was being read. Try again."
TRIES: Final = 3
_MISSING: Final = ("404", "NoSuchKey", "NotFound", "NoSuchUpload")
_DEFAULT_REGION: Final = "us-east-1"


def new_client(address: BucketAddress) -> Any:
    """Return a client, which threads may share. It repeats requests that fail for reasons that pass.

    Checksums that only some services understand are left out; the compressed files have their own.
    """
    session = boto3.session.Session()
    return session.client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region or session.region_name or _DEFAULT_REGION,
        aws_access_key_id=address.key,
        aws_secret_access_key=address.secret,
        config=Config(
            connect_timeout=3,
            read_timeout=15,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            s3={"addressing_style": "path"} if address.endpoint else {},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            tcp_keepalive=True,
        ),
    )


@contextmanager
def explained() -> Iterator[None]:
    """Turn failures of the service into FileNotFoundError or Unavailable."""
    try:
        yield
    except ClientError as failure:
        code = str(failure.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise FileNotFoundError(code) from None
        if code in ("412", "PreconditionFailed"):
            raise Unavailable("UNAVAILABLE", CHANGED) from None
        log.warning("uploads_bucket_failed", extra={"failure": code})
        raise Unavailable("UNAVAILABLE", NO_STORAGE) from failure
    except BotoCoreError as failure:
        log.warning("uploads_bucket_failed", extra={"failure": type(failure).__name__})
        raise Unavailable("UNAVAILABLE", NO_STORAGE) from failure
