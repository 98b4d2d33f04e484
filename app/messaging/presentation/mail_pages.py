"""Settings > Email: the mail server, senders, a test email, pausing, and rehearsals."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.messaging.application.mailbox import settings as mailboxes
from app.messaging.application.pace import brakes, frequency
from app.messaging.application.providers import settings as providers
from app.messaging.application.servers import mail_servers, senders, server_tests
from app.messaging.application.servers.server_tests import ServerAnswer
from app.messaging.domain.providers.reading import NAMES
from app.messaging.presentation.mail_forms import (
    PROVIDER_STEPS,
    BrakesForm,
    FrequencyForm,
    MailboxForm,
    ProviderForm,
    SenderForm,
    SendingForm,
    ServerForm,
    TestForm,
)
from app.messaging.presentation.server_answers import answer_in_place
from app.platform import web
from app.platform.ids import HIGHEST_ID

blueprint = Blueprint("mail_settings", __name__, url_prefix="/settings/email")

ONE = f"/senders/<int(max={HIGHEST_ID}):sender_id>"


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    return page()


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Connect the mail server, or change it."""
    form, actor = ServerForm(), web.actor()
    is_first = mail_servers.shown_server(actor) is None
    save = partial(mail_servers.save_mail_server, actor, form.typed)
    has_sender = bool(senders.list_senders(actor))
    words = "Mail server connected." if is_first else "Saved."
    url = _url("senders-title", connected=1) if is_first and has_sender else _url()
    return web.saved(form, save, partial(page, server_form=form), url, words)


@blueprint.post("/removal")
def disconnect() -> ResponseReturnValue:
    mail_servers.disconnect_mail_server(web.actor())
    flash("Mail server disconnected.", "success")
    return web.send_to(_url())


@blueprint.post("/sending")
def change_sending() -> ResponseReturnValue:
    """Pause or resume sending, set whom emails are sent to, and whether opens and clicks are recorded."""
    form = SendingForm()
    is_paused, tracks_reactions = bool(form.sending_paused.data), bool(form.tracks_reactions.data)
    only_to = form.typed["only_to"]
    save = partial(mail_servers.change_sending, web.actor(), is_paused, only_to, tracks_reactions)
    return web.saved(form, save, partial(page, sending_form=form), _url())


@blueprint.post("/brakes")
def change_brakes() -> ResponseReturnValue:
    """Set when workflows stop by themselves."""
    form = BrakesForm()
    save = partial(brakes.change_brakes, web.actor(), form.typed)
    return web.saved(form, save, partial(page, brakes_form=form), _url("brakes-form"))


@blueprint.post("/frequency")
def change_frequency() -> ResponseReturnValue:
    """Set the frequency cap, or remove it."""
    form = FrequencyForm()
    save = partial(frequency.change_frequency_cap, web.actor(), form.typed)
    return web.saved(form, save, partial(page, frequency_form=form), _url("frequency-form"))


@blueprint.post("/test")
def send_test() -> ResponseReturnValue:
    """Send a test email and show the mail server's answer in place."""
    send = partial(server_tests.send_test, web.actor())
    return answer_in_place(TestForm(), send, "messaging/_mail_test.html", page)


@blueprint.post("/senders")
def add_sender() -> ResponseReturnValue:
    form, actor = SenderForm(), web.actor()
    url = _url("senders-title", connected=None if senders.list_senders(actor) else 1)
    save = partial(senders.add_sender, actor, form.typed)
    shown = partial(page, sender_form=form)
    return web.saved(form, save, shown, url, "Sender added.", limit_field="address")


@blueprint.get(ONE)
def show_sender(sender_id: int) -> ResponseReturnValue:
    sender = senders.find_sender(web.actor(), sender_id)
    return _sender_page(sender, SenderForm.of(sender))


@blueprint.post(ONE)
def change_sender(sender_id: int) -> ResponseReturnValue:
    form = SenderForm()
    save = partial(senders.change_sender, web.actor(), sender_id, form.typed)
    return web.saved(
        form,
        save,
        lambda: _sender_page(senders.find_sender(web.actor(), sender_id), form),
        _url("senders-title"),
    )


@blueprint.post(f"{ONE}/default")
def make_default(sender_id: int) -> ResponseReturnValue:
    senders.make_default_sender(web.actor(), sender_id)
    flash("Default sender changed.", "success")
    return web.send_to(_url("senders-title"))


@blueprint.post(f"{ONE}/removal")
def remove_sender(sender_id: int) -> ResponseReturnValue:
    senders.remove_sender(web.actor(), sender_id)
    flash("Sender removed.", "success")
    return web.send_to(_url("senders-title"))


def _url(anchor: str | None = None, connected: int | None = None) -> str:
    """The page; with `connected` it offers what comes next, once emails can be sent."""
    return url_for("mail_settings.show", _anchor=anchor, connected=connected)


def page(
    server_form: Any = None,
    sending_form: Any = None,
    sender_form: Any = None,
    test_form: Any = None,
    answer: ServerAnswer | None = None,
    mailbox_form: Any = None,
    mailbox_answer: ServerAnswer | None = None,
    frequency_form: Any = None,
    brakes_form: Any = None,
    provider_form: Any = None,
) -> str:
    actor = web.actor()
    if not actor.may(Permission.ACCOUNT):
        return render_template(
            "messaging/mail_settings.html",
            may_change=False,
            is_connected=mail_servers.has_mail_server(actor.account_id),
            nav_active="settings",
        )
    server, mailbox = mail_servers.shown_server(actor), mailboxes.shown_mailbox(actor)
    is_paused = brakes.is_paused(actor.account_id)
    return render_template(
        "messaging/mail_settings.html",
        may_change=True,
        is_paused=is_paused,
        brakes_form=brakes_form or BrakesForm.of(brakes.brake_limits(actor)),
        server=server,
        is_connected_now=request.args.get("connected") == "1",
        senders=senders.list_senders(actor),
        server_form=server_form or ServerForm.of(server),
        sending_form=sending_form or SendingForm.of(server, is_paused),
        sender_form=sender_form or SenderForm(formdata=None),
        test_form=test_form or TestForm(formdata=None, to=actor.email),
        answer=answer,
        mailbox=mailbox,
        mailbox_form=mailbox_form or MailboxForm.of(mailbox),
        mailbox_answer=mailbox_answer,
        providers=providers.list_providers(actor),
        provider_form=provider_form or ProviderForm(formdata=None),
        provider_names=NAMES,
        provider_steps=PROVIDER_STEPS,
        frequency_form=frequency_form or FrequencyForm.of(frequency.frequency_cap(actor)),
        nav_active="settings",
    )


def _sender_page(sender: senders.ListedSender, form: SenderForm) -> str:
    return render_template("messaging/mail_sender.html", sender=sender, form=form, nav_active="settings")
