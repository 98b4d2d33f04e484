"""Settings > Webhook: address, secret, test call, and the log of calls."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.notifications.application import webhooks
from app.notifications.domain.deliveries import DeliveryStatus
from app.platform import web
from app.platform.errors import Invalid
from app.platform.outgoing.rules import MAX_URL_LENGTH

blueprint = Blueprint("webhooks", __name__, url_prefix="/settings/webhook")


class WebhookForm(web.ShowingForm):
    url = StringField("Address", render_kw={"maxlength": MAX_URL_LENGTH})


@blueprint.get("")
def show() -> ResponseReturnValue:
    accounts.require(web.actor(), Permission.REPORTS)
    return _page()


@blueprint.get("/calls")
def calls() -> ResponseReturnValue:
    """Return the log of calls, which the page polls while a call waits."""
    state = webhooks.webhook_state(web.actor())
    if not web.is_htmx():
        return web.send_to(url_for("webhooks.show"))
    return render_template("notifications/_calls.html", **_log(state))


@blueprint.post("")
def save() -> ResponseReturnValue:
    form = WebhookForm()
    try:
        secret = webhooks.save_webhook(web.actor(), str(form.url.data or ""))
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(form=form), 422
    if secret is not None:
        return _page(secret=secret)
    flash("Saved.", "success")
    return web.send_to(url_for("webhooks.show"))


@blueprint.post("/secret")
def replace_secret() -> ResponseReturnValue:
    return _page(secret=webhooks.replace_secret(web.actor()))


@blueprint.post("/test")
def send_test() -> ResponseReturnValue:
    webhooks.send_test(web.actor())
    return web.send_to(url_for("webhooks.show", _anchor="calls-title"))


@blueprint.post("/removal")
def remove() -> ResponseReturnValue:
    webhooks.remove_webhook(web.actor())
    flash("Webhook removed.", "success")
    return web.send_to(url_for("webhooks.show"))


def _page(form: Any = None, secret: str | None = None) -> str:
    actor = web.actor()
    if not actor.may(Permission.ACCOUNT):
        return render_template("notifications/webhook.html", may_change=False, nav_active="settings")
    state = webhooks.webhook_state(actor)
    return render_template(
        "notifications/webhook.html",
        may_change=True,
        form=form or WebhookForm(formdata=None, url=state.webhook.url if state.webhook else ""),
        webhook=state.webhook,
        secret=secret,
        nav_active="settings",
        **_log(state),
    )


def _log(state: webhooks.WebhookState) -> dict[str, Any]:
    return {
        "calls": state.calls,
        "is_waiting": any(call.status == DeliveryStatus.WAITING for call in state.calls),
    }
