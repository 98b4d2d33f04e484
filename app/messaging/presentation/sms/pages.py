"""Settings > SMS: the provider, a test message, and pausing."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.integrations import application as integrations
from app.messaging.application.pace.brakes import is_paused
from app.messaging.application.servers.server_tests import ServerAnswer
from app.messaging.application.sms import settings as sms
from app.messaging.presentation.server_answers import answer_in_place
from app.messaging.presentation.sms.forms import ProviderForm, SmsSendingForm, SmsTestForm
from app.platform import web

blueprint = Blueprint("sms_settings", __name__, url_prefix="/settings/sms")


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.REPORTS)
    return _page()


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Connect the provider, or change it."""
    form = ProviderForm()
    save = partial(sms.save_sms_settings, web.actor(), form.typed)
    return web.saved(form, save, partial(_page, form=form), _url())


@blueprint.post("/removal")
def disconnect() -> ResponseReturnValue:
    sms.disconnect_sms(web.actor())
    flash("Twilio disconnected.", "success")
    return web.send_to(_url())


@blueprint.post("/sending")
def change_sending() -> ResponseReturnValue:
    sms.pause_sms(web.actor(), bool(SmsSendingForm().sending_paused.data))
    flash("Saved.", "success")
    return web.send_to(_url())


@blueprint.post("/test")
def send_test() -> ResponseReturnValue:
    """Send a test message and show the provider's answer in place."""
    send = partial(sms.send_test_sms, web.actor())
    return answer_in_place(SmsTestForm(), send, "messaging/_sms_test.html", _page)


def _url() -> str:
    return url_for("sms_settings.show")


def _page(form: Any = None, test_form: Any = None, answer: ServerAnswer | None = None) -> str:
    actor = web.actor()
    if not actor.may(Permission.ACCOUNT):
        return render_template(
            "messaging/sms_settings.html",
            may_change=False,
            is_connected=sms.has_sms_provider(actor.account_id),
            nav_active="settings",
        )
    known = sms.shown_sms(actor)
    return render_template(
        "messaging/sms_settings.html",
        may_change=True,
        known=known,
        all_paused=is_paused(actor.account_id),
        form=form or ProviderForm.of(known),
        test_form=test_form or SmsTestForm(formdata=None),
        uses=integrations.uses_of(actor.account_id).get(sms.SMS, ()),
        sending_form=SmsSendingForm.of(known) if known else None,
        answer=answer,
        nav_active="settings",
    )
