"""The request of a delivery: its body, its address, and its headers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit, urlunsplit

from app.platform.outgoing.rules import signature

EVENT: Final = "workflow.step"
MAX_BODY_BYTES: Final = 256 * 1024
MAX_FIELD_LENGTH: Final = 5_000
MAX_STEP_URL: Final = 2_000
MAX_QUERY_URL: Final = 16_000
SIGNATURE: Final = "Muster-Signature"
HIDDEN: Final = "t=…,v1=…"
"""What pages show instead of a signature."""


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


def body_of(
    key: str,
    workflow: Mapping[str, Any],
    step: Mapping[str, Any],
    contact: Mapping[str, Any],
    fields: Mapping[str, str],
) -> str:
    """Return the body as JSON. It stays the same for all attempts."""
    content = {
        "id": key,
        "event": EVENT,
        "workflow": workflow,
        "step": step,
        "contact": {name: _plain(value) for name, value in contact.items()},
        "fields": {name: text[:MAX_FIELD_LENGTH] for name, text in fields.items()},
    }
    return json.dumps(content, ensure_ascii=False)


def request_of(method: str, url: str, key: str, body: str) -> Request:
    """Return the request without its signature. A GET request has no body; its fields are in the query."""
    headers = {"User-Agent": "Muster", "Muster-Event": EVENT, "Idempotency-Key": key}
    if method == "GET":
        return Request(method, with_query(url, json.loads(body)["fields"]), headers, None)
    return Request(method, url, {**headers, "Content-Type": "application/json"}, body.encode())


def signed(request: Request, secrets: Sequence[str], timestamp: int) -> Request:
    """Return the request with a signature of its body; of a GET request, of its path and query."""
    text = request.body if request.body is not None else target_of(request.url).encode()
    headers = {**request.headers, SIGNATURE: signature(secrets, timestamp, text)}
    return Request(request.method, request.url, headers, request.body)


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """Return the address with further parameters in its query."""
    if not fields:
        return url
    added = "&".join(f"{quote_plus(name)}={quote_plus(text)}" for name, text in fields.items())
    parts = urlsplit(url)
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def target_of(url: str) -> str:
    """Return path and query of an address, as they are sent."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
