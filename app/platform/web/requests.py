"""The current request, and addresses to send it to."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.platform.web.every_request import API


def actor() -> Any:
    """Return the actor of this request (`accounts.domain.Actor`), which the request guard has set."""
    return g.actor


def is_forwarded() -> bool:
    """Return True if the request came through a proxy, trusted or not."""
    names = ("Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
    return any(name in request.headers for name in names) or any(
        name.lower().startswith(("x-forwarded", "x-original")) for name, _ in request.headers
    )


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def is_for(element: str) -> bool:
    """Return whether htmx requests the content of the element with this id."""
    return request.headers.get("HX-Target", "").endswith(f"#{element}")


def is_api() -> bool:
    return request.path.startswith(API)


def htmx_page() -> tuple[str, str]:
    """Return (path, query) of the page that sent an htmx request; empty strings if it is unknown."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "", ""
    return page.path, page.query


def asset(name: str) -> str:
    """Return the URL of a static file with a hash of its content, so that browsers can cache it forever."""
    return _asset_below(request.script_root, name)  # a large page has the icons a thousand times


def send_to(address: str) -> AnyResponse:
    """Redirect with 303; for an htmx request, make htmx load the URL as a whole page."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


@lru_cache(maxsize=512)
def _asset_below(_root: str, name: str) -> str:
    return url_for("static", filename=name, v=_content_hash(name))


def _content_hash(name: str) -> str:
    path = Path(__file__).resolve().parents[2] / "static" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
