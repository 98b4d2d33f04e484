"""Pages of the outbox: the list of messages, and one message with its content.

An email is shown in a frame that runs no scripts and fetches nothing but the account's logo; its links open
in new tabs.
"""

from typing import Any
from urllib.parse import urljoin

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.messaging import application as messaging
from app.messaging.application import OutboxQuery, feedback
from app.messaging.domain.state_words import VIEWS
from app.messaging.infrastructure.outbox import SEARCHED
from app.platform import web
from app.platform.ids import HIGHEST_ID, number_of
from app.platform.text.words import counted

blueprint = Blueprint("messages", __name__, url_prefix="/messages")

ONE = f"/<int(max={HIGHEST_ID}):message_id>"


@blueprint.get("")
def index() -> ResponseReturnValue:
    query = OutboxQuery(*(request.args.get(name, "")[:254] for name in ("view", "workflow", "q")))
    found = messaging.list_messages(web.actor(), query, after=_place("after"), before=_place("before"))
    return render_template(
        "messaging/index.html",
        found=found,
        query=query,
        searched=SEARCHED,
        tabs=[_tab(view.key, view.label, query, found.view.key) for view in VIEWS],
        previous_url=found.previous and _address(query, before=found.previous),
        next_url=found.next and _address(query, after=found.next),
        nav_active="messages",
    )


@blueprint.get(ONE)
def show(message_id: int) -> ResponseReturnValue:
    shown = messaging.show_message(web.actor(), message_id)
    return render_template("messaging/message.html", shown=shown, nav_active="messages")


@blueprint.get(f"{ONE}/email")
def email(message_id: int) -> ResponseReturnValue:
    """Return the email as mail programs show it, for the frame of its page."""
    shown = messaging.show_message(web.actor(), message_id)
    logo = urljoin(request.host_url, f"{messaging.unsubscribe_url(shown.message.token)}/logo")
    return web.email_frame(shown.email.html if shown.email else "", logo)


@blueprint.get(f"{ONE}/source")
def source(message_id: int) -> ResponseReturnValue:
    """Download the email as it goes to a mail server."""
    answer = Response(messaging.source_of(web.actor(), message_id), mimetype="message/rfc822")
    answer.headers.set("Content-Disposition", "attachment", filename=f"message-{message_id}.eml")
    return answer


@blueprint.post("/sending")
def send_again() -> ResponseReturnValue:
    sent = messaging.send_again(web.actor())
    return _decided(_sent_again(sent))


@blueprint.post("/counting")
def count_as_sent() -> ResponseReturnValue:
    sent = messaging.count_as_sent(web.actor())
    return _decided(_counted(sent))


@blueprint.post(f"{ONE}/sending")
def send_one_again(message_id: int) -> ResponseReturnValue:
    messaging.show_message(web.actor(), message_id)
    return _decided(_sent_again(messaging.send_again(web.actor(), message_id)), message_id)


@blueprint.post(f"{ONE}/counting")
def count_one_as_sent(message_id: int) -> ResponseReturnValue:
    messaging.show_message(web.actor(), message_id)
    return _decided(_counted(messaging.count_as_sent(web.actor(), message_id)), message_id)


@blueprint.post(f"{ONE}/reply")
def mark_as_replied(message_id: int) -> ResponseReturnValue:
    feedback.mark_as_replied(web.actor(), message_id)
    return _decided("Marked as replied.", message_id)


def _sent_again(number: int) -> str:
    return f"{counted(number, 'message')} will be sent again now." if number else NOTHING


def _counted(number: int) -> str:
    verb = "counts" if number == 1 else "count"
    return f"{counted(number, 'message')} now {verb} as sent." if number else ""


NOTHING = "Nothing was sent again, because the contacts have left the workflow in the meantime."


def _decided(sentence: str, message_id: int | None = None) -> ResponseReturnValue:
    if sentence:
        flash(sentence, "info" if sentence == NOTHING else "success")
    if message_id is not None:
        return web.send_to(url_for("messages.show", message_id=message_id))
    return web.send_to(url_for("messages.index"))


def _tab(key: str, label: str, query: OutboxQuery, active: str) -> dict[str, Any]:
    return {"text": label, "url": _address(query, view=key), "active": key == active}


def _address(query: OutboxQuery, **changes: Any) -> str:
    view = changes.pop("view", query.view)
    return url_for(
        "messages.index",
        view=view or None,
        workflow=query.workflow or None,
        q=query.text or None,
        **changes,
    )


def _place(name: str) -> int | None:
    return number_of(request.args.get(name, ""))
