"""Settings > Email: the mailbox that replies and returned emails come to."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.messaging.application.mailbox import settings as mailboxes
from app.messaging.application.servers.server_tests import ServerAnswer
from app.messaging.presentation.mail_forms import MailboxForm
from app.messaging.presentation.mail_pages import page
from app.platform import web
from app.platform.errors import Invalid, LimitReached

blueprint = Blueprint("mailbox", __name__, url_prefix="/settings/email/mailbox")


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Connect the mailbox, or change it."""
    form = MailboxForm()
    try:
        mailboxes.save_mailbox(web.actor(), form.typed)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return page(mailbox_form=form), 422
    flash("Saved.", "success")
    return _back()


@blueprint.post("/test")
def check() -> ResponseReturnValue:
    """Open the mailbox and show whether that is possible."""
    try:
        return page(mailbox_answer=mailboxes.check_mailbox(web.actor()))
    except LimitReached as full:
        return page(mailbox_answer=ServerAnswer(False, full.message)), web.status_of(full)


@blueprint.post("/removal")
def disconnect() -> ResponseReturnValue:
    mailboxes.disconnect_mailbox(web.actor())
    flash("Mailbox disconnected.", "success")
    return _back()


def _back() -> ResponseReturnValue:
    return web.send_to(url_for("mail_settings.show", _anchor="mailbox"))
