"""One attempt: the call, and what its answer means. Runs in threads, without database or app context."""

from datetime import UTC, datetime

from app.deliveries.domain.attempts import (
    MAX_ANSWER_LENGTH,
    REDIRECTED,
    Attempt,
    Result,
    asked_to_wait,
    result_of,
)
from app.deliveries.domain.requests import MAX_QUERY_URL, MAX_STEP_URL, Request
from app.platform.logs import log
from app.platform.outgoing import client
from app.platform.outgoing.client import Blocked, NotCalled
from app.platform.outgoing.rules import url_problem
from app.platform.text.headers import one_line

UNEXPECTED = "An unexpected error occurred. Details are in the server log."


def attempt(request: Request, may_be_private: bool) -> Attempt:
    """Call a server. Never raises."""
    try:
        return _attempt(request, may_be_private)
    except Exception:
        log.exception("delivery_not_attempted")
        return Attempt(Result.NOT_NOW, UNEXPECTED)


def _attempt(request: Request, may_be_private: bool) -> Attempt:
    longest = MAX_STEP_URL if request.body is not None else MAX_QUERY_URL
    if problem := url_problem(request.url, may_be_private, longest):
        return Attempt(Result.REFUSED, problem)
    try:
        answer = client.call(request.method, request.url, request.headers, request.body, may_be_private)
    except Blocked as blocked:
        return Attempt(Result.REFUSED, str(blocked))
    except NotCalled as failure:
        return Attempt(Result.UNREACHABLE, str(failure))
    text = REDIRECTED if 300 <= answer.status < 400 else one_line(answer.text)[:MAX_ANSWER_LENGTH]
    wait = asked_to_wait(answer.retry_after, datetime.now(UTC))
    return Attempt(result_of(answer.status), text, answer.status, answer.milliseconds, wait)
