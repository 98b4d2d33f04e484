"""Errors as `application/problem+json` (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response

MEDIA_TYPE = "application/problem+json"
FOR_PAGES_ONLY = ("next_url", "next_label")
TITLES = {422: "Invalid input", 413: "Too large", 507: "The disk is full"}


def problem(status: int, code: str, detail: str, facts: dict[str, Any] | None = None) -> Response:
    """Return an error response. `facts` become further members; they cannot replace the standard ones."""
    kept = {name: value for name, value in (facts or {}).items() if name not in FOR_PAGES_ONLY}
    standard = {"type": "about:blank", "title": title_of(status), "status": status, "code": code}
    return Response(
        json.dumps(kept | standard | {"detail": detail}, default=str), status=status, mimetype=MEDIA_TYPE
    )


def title_of(status: int) -> str:
    return TITLES.get(status) or HTTPStatus(status).phrase
