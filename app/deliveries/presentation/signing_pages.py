"""Settings > Webhook signing: the secret, shown once, and its replacement."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.deliveries.application import signing
from app.platform import web
from app.platform.errors import Conflict

blueprint = Blueprint("webhook_signing", __name__, url_prefix="/settings/webhook-signing")


@blueprint.get("")
def show() -> ResponseReturnValue:
    accounts.require(web.actor(), Permission.REPORTS)
    return _page()


@blueprint.post("/view")
def view_secret() -> ResponseReturnValue:
    try:
        return _page(signing.show_secret(web.actor()))
    except Conflict as conflict:
        flash(conflict.message, "info")
        return web.send_to(url_for("webhook_signing.show"))


@blueprint.post("/secret")
def replace_secret() -> ResponseReturnValue:
    return _page(signing.replace_secret(web.actor()))


@blueprint.post("/previous")
def end_previous() -> ResponseReturnValue:
    signing.end_previous_secret(web.actor())
    flash("Requests are now signed with the new secret only.", "success")
    return web.send_to(url_for("webhook_signing.show"))


def _page(secret: str | None = None) -> str:
    may_change = web.actor().may(Permission.ACCOUNT)
    return render_template(
        "deliveries/signing.html",
        may_change=may_change,
        state=signing.secret_state(web.actor()) if may_change else None,
        secret=secret,
        nav_active="settings",
    )
