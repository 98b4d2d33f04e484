"""Limits on request bodies, applied before a body is received.

The web server buffers up to SMALL_BYTES of any body in memory. For larger bodies it calls `body_allowance`,
which depends on the user and the view, and spools the body to a file, so that slow clients do not block
threads and anonymous clients cannot fill the disk. If it rejects a body, it sets REFUSED in the environ and
the app returns the error.
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
MAX_UPLOADS_AT_ONCE: Final = 4
MAX_FORM_FIELDS: Final = 20_000

Guard = Callable[[], AnyResponse | None]


@dataclass(frozen=True)
class BodyAllowance:
    """Maximum size of a body in bytes, and the user id by which concurrent uploads are counted."""

    bytes: int
    person: int | None = None


class Request(FlaskRequest):
    """Request that stores uploaded files in DATA_DIR, since the system's temporary disk may be small.

    Forms with more than MAX_FORM_FIELDS fields raise Invalid: parsing 2 MB of tiny fields takes seconds.
    """

    def _load_form_data(self) -> None:
        is_form = self.mimetype == "application/x-www-form-urlencoded"
        is_small = (self.content_length or 0) <= (
            self.max_form_memory_size or 0
        )  # larger ones are rejected unread
        if is_form and is_small and self.get_data().count(b"&") >= MAX_FORM_FIELDS:
            raise Invalid("TOO_MANY_FIELDS", f"A form can have {MAX_FORM_FIELDS:,} fields at most.")
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


def body_allowance(
    app: Flask, environ: dict[str, Any], begin: Callable[[], None], guard: Guard
) -> BodyAllowance:
    """Return how much body a request may send, using its headers only; 0 bytes if any check fails."""
    with app.request_context(environ):
        try:
            begin()
            if guard() is not None:
                return BodyAllowance(0)
            view = current_app.view_functions.get(request.endpoint or "")
            check = getattr(view, "takes_files", None)
            if check is not None:
                check()
        except Exception:
            return BodyAllowance(0)
        actor = g.get("actor")
        return BodyAllowance(request.max_content_length or 0, actor.user_id if actor else None)


def raise_if_refused() -> None:
    """Raise LimitReached or NoSpace if the web server rejected the request's body."""
    refused = request.environ.get(REFUSED)
    if refused == BUSY:
        raise LimitReached(
            "TOO_MANY_UPLOADS",
            f"{MAX_UPLOADS_AT_ONCE} of your files are being uploaded right now. Wait for one to finish.",
        )
    if refused == FULL:
        raise NoSpace()
