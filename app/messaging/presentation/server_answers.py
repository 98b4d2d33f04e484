"""What a mail server or SMS provider answers to a test message, on the page that sent it."""

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.messaging.application.servers.server_tests import ServerAnswer
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached


def answer_in_place(
    form: Any, send: Callable[[str], ServerAnswer], partial: str, page: Callable[..., str]
) -> ResponseReturnValue:
    """Send a test message to what is typed in the form's `to`, and show the answer, or why it was not sent:
    with htmx in the `partial`, else on the `page`."""
    answer, status = None, 200
    try:
        answer = send(form.typed["to"])
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        status = 422
    except (Conflict, LimitReached) as refusal:
        form.show({"to": refusal.message})
        status = web.status_of(refusal)
    if web.is_htmx():
        return render_template(partial, test_form=form, answer=answer), status
    return page(test_form=form, answer=answer), status
