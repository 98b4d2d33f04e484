"""The address at which other software reports events. It is open to everyone; only what is signed counts, or
what comes to an address that nobody else knows."""

from typing import Final

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from app.integrations.application.addresses import PATH
from app.integrations.application.receiving import connection_of, take
from app.platform import web
from app.platform.attempts import Attempt, AttemptLimiter, attempt_limiter, count_or_refuse
from app.platform.errors import Invalid, LimitReached, NotFound

blueprint = Blueprint("event_hooks", __name__, url_prefix=PATH)

MOST_BYTES: Final = 256 * 1024
BY_SOURCE, UNKNOWN = "events of a source", "unknown event addresses"
MOST_BY_SOURCE: Final = 3_000
MOST_UNKNOWN: Final = 60
SECONDS: Final = 5 * 60


def init(app: Flask) -> None:
    AttemptLimiter(app, BY_SOURCE, MOST_BY_SOURCE, SECONDS)
    AttemptLimiter(app, UNKNOWN, MOST_UNKNOWN, SECONDS)
    app.register_blueprint(blueprint)


def _check() -> None:
    values = request.view_args or {}
    connection_of(values.get("source", ""), values.get("source_key", ""))


@blueprint.post("/<source>/<source_key>")
@web.skip_authentication
@web.csrf.exempt
@web.takes_bodies(MOST_BYTES, _check)
def receive(source: str, source_key: str) -> ResponseReturnValue:
    """Receive events."""
    try:
        account_id, *_ = connection_of(source, source_key)
        attempt = _count(f"{account_id}:{source}")
        try:
            take(source, source_key, dict(request.headers), request.get_data())
        except NotFound:
            attempt.discard()  # what isn't signed must not use up what the source may send
            raise
    except NotFound:
        count_or_refuse(UNKNOWN, request.remote_addr)
        raise
    except Invalid:
        return Response("This isn’t JSON.", 400, mimetype="text/plain")
    return Response(status=204)


def _count(connection: str) -> Attempt:
    begun = attempt_limiter(BY_SOURCE).begin([connection])
    if isinstance(begun, int):
        raise LimitReached("RATE_LIMITED", "Too many events. Send them again later.", retry_after=begun)
    return begun
