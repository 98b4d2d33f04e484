"""How much of a request's body is taken in, decided before it is: by who sends it and for which view.

The web server holds up to SMALL_BYTES of any body in memory. For more it asks `room_for_body` first and keeps
what comes in a file, so that no thread waits for a slow sender and no stranger fills the disk. Why it did not
take a body in, it says in REFUSED, and the app answers.
"""

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Final

from flask import Flask, current_app, g, request
from flask import Request as FlaskRequest
from werkzeug.wrappers import Response as AnyResponse

from app.platform.errors import Invalid, LimitReached, NoSpace
from app.platform.settings import current

SMALL_BYTES: Final = 64 * 1024
REFUSED: Final = "muster.body_refused"
BUSY, FULL = "busy", "full"
MOST_AT_ONCE: Final = 4
MOST_FIELDS: Final = 20_000

Guard = Callable[[], AnyResponse | None]


@dataclass(frozen=True)
class Room:
    """How many bytes may come in, and whose they are: large bodies are counted by person."""

    bytes: int
    person: int | None = None


class Request(FlaskRequest):
    """Files in a form go where all our data are, not on a disk for temporary files that may be small. A form
    has MOST_FIELDS fields at most: one of 2 MB that is nothing but fields takes seconds to read."""

    def _load_form_data(self) -> None:
        is_form = self.mimetype == "application/x-www-form-urlencoded"
        is_small = (self.content_length or 0) <= (self.max_form_memory_size or 0)  # others are refused unread
        if is_form and is_small and self.get_data().count(b"&") >= MOST_FIELDS:
            raise Invalid("TOO_MANY_FIELDS", f"A form can have {MOST_FIELDS:,} fields at most.")
        super()._load_form_data()

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if total_content_length is not None and total_content_length <= SMALL_BYTES:
            return io.BytesIO()
        return tempfile.TemporaryFile(dir=current().data_dir)


def room_for_body(app: Flask, environ: dict[str, Any], begin: Callable[[], None], guard: Guard) -> Room:
    """What the sender of a request may send along. Reads headers only; an error means nothing."""
    with app.request_context(environ):
        try:
            begin()
            if guard() is not None:
                return Room(0)
            view = current_app.view_functions.get(request.endpoint or "")
            check = getattr(view, "takes_files", None)
            if check is not None:
                check()
        except Exception:
            return Room(0)
        actor = g.get("actor")
        return Room(request.max_content_length or 0, actor.user_id if actor else None)


def answer_for_refused() -> None:
    """Raises what the sender of a body that was not taken in has to know."""
    refused = request.environ.get(REFUSED)
    if refused == BUSY:
        raise LimitReached(
            "TOO_MANY_UPLOADS",
            f"{MOST_AT_ONCE} of your files are being uploaded right now. Wait for one to finish.",
        )
    if refused == FULL:
        raise NoSpace()
