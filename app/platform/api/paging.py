"""Cursors and pages of lists, with the next page also as a `Link` header."""

import base64
import json
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from app.platform.api.schemas import Page
from app.platform.errors import Invalid

Item = TypeVar("Item")


def write_cursor(*keys: str | int | None) -> str:
    """Return a cursor for the keys of the last item of a page."""
    text = json.dumps(keys, separators=(",", ":"))
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
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds) or not _are_storable(keys):
        sentence = "This cursor isn’t valid. Start again without one."
        raise Invalid("VALIDATION_ERROR", sentence, fields={"cursor": sentence})
    return tuple(keys)


def page_of(items: Sequence[Item], next_cursor: str | None) -> tuple[Page[Item], int, dict[str, str]]:
    """Return a page as an operation's result: the body, its status, and the `Link` header."""
    headers = {}
    if next_cursor is not None:
        query = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        address = f"{request.path}?{urlencode([*query, ('cursor', next_cursor)])}"
        headers["Link"] = f'<{address}>; rel="next"'
    return Page(data=list(items), next_cursor=next_cursor), 200, headers


def _are_storable(keys: list[Any]) -> bool:
    return all(abs(key) < 2**63 if isinstance(key, int) else _is_text(key) for key in keys)


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
