"""Pages that are open to whoever knows their address, without a session."""

from collections.abc import Callable
from functools import wraps

from flask import Response, request
from flask.typing import ResponseReturnValue

from app.platform.attempts import count_or_refuse
from app.platform.errors import NotFound

View = Callable[..., ResponseReturnValue]


def limit_unknown(limiter: str, page: Callable[[NotFound], str]) -> Callable[[View], View]:
    """Limit how many addresses that don’t exist an IP address may try; `page` says that one doesn’t."""

    def limited(view: View) -> View:
        @wraps(view)
        def answer(**given: str) -> ResponseReturnValue:
            try:
                return view(**given)
            except NotFound as unknown:
                count_or_refuse(limiter, request.remote_addr)
                return page(unknown), 404

        return answer

    return limited


def keep_address_private(answer: Response) -> Response:
    """Keep search engines from listing a page, and browsers from telling its address to other sites. To be
    called after each request of a blueprint."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def logo_image(content: bytes, media_type: str) -> Response:
    """Return an uploaded image with headers that keep browsers from executing it."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = f"inline; filename=logo.{media_type.rpartition('/')[2]}"
    return answer
