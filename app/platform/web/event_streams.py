"""Answering a request with a stream of server-sent events.

A view decides who may listen to what, like any other view, and returns `answer(subscription)`. Only the
process `events` holds streams (see `ops/event_streams/process.py`): it runs the view with a function in the
WSGI environment that admits the listener. Everywhere else, and while that process is down, the response is
503.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.platform.errors import Unavailable

ADMIT: Final = "muster.admit_listener"  # key of the function in the WSGI environment
IS_CHECK: Final = "muster.is_check"
"""Key in the WSGI environment of a request that is decided about again while its stream is open."""
LAST_EVENT_ID: Final = "end"
"""Id of the last event of a stream. A client that reconnects with it needs no further stream."""

View = TypeVar("View", bound=Callable[..., Any])


class State(NamedTuple):
    """The state that an event carries: JSON-serializable data, and whether it is final."""

    data: Mapping[str, Any]
    is_over: bool


@dataclass(frozen=True)
class Subscription:
    """What a listener hears: the state of `subject`, read whenever an event about it is published.

    Streams of the same account and subject share one reader, which calls `read` in an app context for the
    account; it raises NotFound if the subject is gone. `person` is the user, who gets a fair share of the
    streams. `is_page`: the listener is a page of ours, which is also told how often to refresh.
    """

    account_id: int
    subject: str
    person: int | None
    read: Callable[[], State] = field(compare=False)
    is_page: bool = False


def event_stream(view: View) -> View:
    """Mark a view whose responses are event streams, which the web server relays."""
    view.is_event_stream = True  # type: ignore[attr-defined]
    return view


def is_event_stream(app: Flask, path: str) -> bool:
    """Return whether GET requests to a path are answered with an event stream."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return bool(getattr(app.view_functions[endpoint], "is_event_stream", False))


def is_check() -> bool:
    """Return whether this request only checks whether an open stream may go on."""
    return IS_CHECK in request.environ


def answer(subscription: Subscription, is_over: bool) -> Response:
    """Return the response that begins a stream. `is_over`: the state is final, so that a client that has
    already got the last event is told to stop. Raises Unavailable."""
    if is_over and request.headers.get("Last-Event-ID") == LAST_EVENT_ID:
        return Response(status=204)
    if is_check():
        return Response(mimetype="text/event-stream")
    admit = request.environ.get(ADMIT)
    if admit is None:
        raise Unavailable(
            "UNAVAILABLE", "Live updates aren’t available right now. Poll for progress instead."
        )
    admit(subscription)
    return Response(mimetype="text/event-stream")
