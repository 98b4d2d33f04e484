"""Settings > Email: the mailbox that replies and returned emails come to."""

from functools import partial

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.messaging.application.mailbox import settings as mailboxes
from app.messaging.application.servers.server_tests import ServerAnswer
from app.messaging.presentation.mail_forms import MailboxForm
from app.messaging.presentation.mail_pages import page
from app.platform import web
from app.platform.errors import LimitReached

blueprint = Blueprint("mailbox", __name__, url_prefix="/settings/email/mailbox")


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Connect the mailbox, or change it."""
    form = MailboxForm()
    save = partial(mailboxes.save_mailbox, web.actor(), form.typed)
    return web.saved(form, save, partial(page, mailbox_form=form), _url())


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
    return web.send_to(_url())


def _url() -> str:
    return url_for("mail_settings.show", _anchor="mailbox")
