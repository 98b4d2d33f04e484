"""Updates that only apply to the version that the program has seen: `ETag` and `If-Match` (RFC 9110)."""

import hashlib
from typing import Any

from flask import request

from app.platform.errors import ChangedMeanwhile


def etag_of(*parts: Any) -> str:
    """Return the entity tag for what identifies a version, such as id and time of the last change."""
    digest = hashlib.sha256("\x00".join(map(str, parts)).encode()).hexdigest()[:20]
    return f'"{digest}"'


def raise_if_changed(etag: str) -> None:
    """Raise ChangedMeanwhile if the request has an `If-Match` header that does not list `etag`.

    To be called after the row is locked, in the transaction of the update.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    if etag not in [one.strip() for one in wanted.split(",")]:
        raise ChangedMeanwhile(
            "CHANGED_MEANWHILE", "This was changed after you read it. Read it again, then repeat your change."
        )
