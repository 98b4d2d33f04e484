"""Cursors and pages of lists, with the next page also as a `Link` header."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from pydantic_core import to_json

from app.platform.api.schemas import Page
from app.platform.errors import Invalid
from app.platform.text.storable import is_storable

Item = TypeVar("Item")


def write_cursor(*keys: str | int | datetime | None) -> str:
    """Return a cursor for the keys of the last item of a page."""
    text = json.dumps(keys, separators=(",", ":"), default=datetime.isoformat)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the keys in a cursor, of these kinds; None for the first page. Raises Invalid.

    A cursor may be made up, so its keys are only positions: what a program sees never depends on them.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        keys = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        keys = None
    if isinstance(keys, list) and len(keys) == len(kinds):
        keys = [_moment(key) if kind is datetime else key for key, kind in zip(keys, kinds, strict=True)]
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds) or not _are_storable(keys):
        sentence = "This cursor isn’t valid. Start again without one."
        raise Invalid.in_fields({"cursor": sentence})
    return tuple(keys)


def page_of(items: Sequence[Item], next_cursor: str | None) -> tuple[Page[Item], int, dict[str, str]]:
    """Return a page as an operation's result: the body, its status, and the `Link` header."""
    return Page(data=list(items), next_cursor=next_cursor), 200, _link_to(next_cursor)


def page_of_documents(documents: Sequence[Mapping[str, Any]], next_cursor: str | None) -> Response:
    """Return a page of documents that have the fields and values of the operation's schema.

    For lists that programs read often: making an object of the schema for each item takes longer than the
    rest of the response. Tests compare the documents with the schema.
    """
    body = to_json({"data": documents, "next_cursor": next_cursor})
    return Response(body, 200, _link_to(next_cursor), mimetype="application/json")


def _link_to(next_cursor: str | None) -> dict[str, str]:
    headers = {}
    if next_cursor is not None:
        query = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        address = f"{request.path}?{urlencode([*query, ('cursor', next_cursor)])}"
        headers["Link"] = f'<{address}>; rel="next"'
    return headers


def _moment(key: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(key).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.year > 1 else None


def _are_storable(keys: list[Any]) -> bool:
    return all(_is_storable(key) for key in keys)


def _is_storable(key: Any) -> bool:
    match key:
        case int():
            return 0 <= key < 2**63
        case str():
            return is_storable(key)
    return True
