"""Requests of programs: sign-in by API token, their rate limit, and responses to repeated ones."""

import hashlib
from collections.abc import Callable

from flask import Flask, Response, current_app, g, request
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.application import api_requests, api_tokens, require
from app.accounts.application.api_tokens import TokenUse
from app.accounts.application.permissions import refuse_suspended
from app.accounts.domain import Permission
from app.platform import tenancy, web
from app.platform.api import rate_limits
from app.platform.attempts import AttemptLimiter, count_or_refuse
from app.platform.clock import every
from app.platform.logs import log, origin
from app.platform.text import formats
from app.platform.web import event_streams
from app.platform.web.errors.problems import problem

WRONG_TOKENS, WRONG_TOKENS_SECONDS = 60, 60
KEPT_HEADERS = ("Location", "ETag", "Link")

_WRONG_TOKEN = "This token isn’t valid. It may have expired or been revoked."
_NO_TOKEN = (
    "Send an API token in the header “Authorization: Bearer TOKEN”. Create one under Settings > API tokens."
)

every(3600)(api_requests.discard_old_requests)


def init(app: Flask) -> None:
    AttemptLimiter(app, "wrong tokens", WRONG_TOKENS, WRONG_TOKENS_SECONDS)
    rate_limits.init(app)
    app.before_request(_count_request)
    app.extensions["answer_once"] = answer_once


def sign_in_program() -> AnyResponse | None:
    """Set `g.actor` from the token of the request; return a response if it has none that is valid.

    Cookies are ignored, so a signed-in browser cannot be used for a forged request. Raises NotAllowed if the
    account is suspended, or the operation needs a permission that the token or its user lacks.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    use = (
        api_tokens.actor_of_token(text.strip(), request.remote_addr or "")
        if scheme.lower() == "bearer"
        else None
    )
    if use is None:
        return _unauthenticated(has_token=bool(text))
    g.actor, g.token_use = use.actor, use
    tenancy.act_for(use.actor.account_id)
    formats.zone.set(use.actor.time_zone)
    origin.set({**(origin.get() or {}), "account": use.actor.account_id, "user": use.actor.user_id})
    view = current_app.view_functions.get(request.endpoint or "")
    permission = getattr(view, "permission", None)
    if use.actor.is_suspended:
        _count_request()  # which otherwise happens after this, once per request
        refuse_suspended(use.actor)
    if permission and not use.actor.may(permission):
        _count_request()
        require(use.actor, Permission(permission))
    return None


def answer_once(key: str, fingerprint: str, make: Callable[[], Response]) -> Response:
    """Return the response of `make`, or the one kept for this idempotency key.

    Scopes are part of the request, so that a token with fewer of them does not get a response that it could
    not have had itself.
    """
    scopes = " ".join(sorted(web.actor().scopes or ()))
    request_hash = hashlib.sha256(f"{fingerprint} {scopes}".encode()).hexdigest()

    def answer() -> api_requests.Answer:
        made = make()
        kept = {name: made.headers[name] for name in KEPT_HEADERS if name in made.headers}
        return {"status": made.status_code, "body": made.get_data(as_text=True), "headers": kept}

    kept, is_repeated = api_requests.answer_once(web.actor(), key, request_hash, answer)
    response = Response(kept["body"], status=kept["status"], mimetype="application/json")
    response.headers.update(kept["headers"])
    if is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _count_request() -> None:
    use: TokenUse | None = g.get("token_use")
    if use is not None and not event_streams.is_check():
        rate_limits.count_request(use.token_id)
        api_tokens.note_use(use)


def _unauthenticated(has_token: bool) -> AnyResponse:
    if has_token:
        log.warning("token_refused")
        count_or_refuse("wrong tokens", request.remote_addr)
    answer = problem(401, "UNAUTHENTICATED", _WRONG_TOKEN if has_token else _NO_TOKEN)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
