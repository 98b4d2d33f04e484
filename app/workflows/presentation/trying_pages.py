"""The page on which somebody sees an email of a step with somebody's data, and sends it to themselves."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from app.messaging.application import ServerAnswer
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached
from app.workflows import application as workflows

blueprint = Blueprint("trying_emails", __name__, url_prefix="/workflows/<public_id>/steps/<step_id>/test")

MAX_CONTACT = 254


class ContactForm(web.ShowingForm):
    """Whose data the email shows."""

    contact = StringField("Contact", render_kw={"maxlength": MAX_CONTACT})


@blueprint.get("")
def show(public_id: str, step_id: str) -> ResponseReturnValue:
    form = ContactForm(formdata=request.args, meta={"csrf": False})
    return _page(public_id, step_id, form)


@blueprint.post("")
def send(public_id: str, step_id: str) -> ResponseReturnValue:
    """Send the email and show the mail server's answer."""
    form = ContactForm()
    try:
        answer = workflows.send_to_oneself(web.actor(), public_id, step_id, _who(form))
    except Invalid:
        return _page(public_id, step_id, form)
    except (Conflict, LimitReached) as refusal:
        refused = ServerAnswer(False, refusal.message)
        return _page(public_id, step_id, form, refused, web.status_of(refusal))
    return _page(public_id, step_id, form, answer)


@blueprint.get("/email")
def email(public_id: str, step_id: str) -> ResponseReturnValue:
    """Return the email as mail programs show it, for the frame of its page."""
    who = request.args.get("contact", "")[:MAX_CONTACT]
    return web.email_frame(workflows.try_email(web.actor(), public_id, step_id, who).email.html)


def _page(
    public_id: str, step_id: str, form: Any, answer: ServerAnswer | None = None, status: int = 200
) -> ResponseReturnValue:
    actor, matches = web.actor(), ()
    try:
        tried = workflows.try_email(actor, public_id, step_id, _who(form))
    except Invalid as wrong:
        matches = wrong.facts.get("matches", ())
        form.contact.errors, status = [wrong.facts["fields"]["contact"]], 422
        tried = workflows.try_email(actor, public_id, step_id)
    who = "" if form.contact.errors else _who(form)
    page = render_template(
        "workflows/trying_email.html",
        tried=tried,
        form=form,
        who=who,
        frame=url_for(".email", public_id=public_id, step_id=step_id, contact=who or None),
        matches=matches,
        answer=answer,
        nav_active="workflows",
    )
    return page, status


def _who(form: ContactForm) -> str:
    return (form.contact.data or "")[:MAX_CONTACT].strip()
