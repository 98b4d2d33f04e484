"""Settings > Email > a sender's domain: its DNS records, and the key that signs its emails."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.messaging.application.sending_domains import checks, keys
from app.messaging.domain.sending_domains.findings import Finding
from app.messaging.presentation.mail_forms import KeyForm
from app.platform import web
from app.platform.errors import LimitReached
from app.platform.ids import HIGHEST_ID

blueprint = Blueprint(
    "mail_domains",
    __name__,
    url_prefix=f"/settings/email/senders/<int(max={HIGHEST_ID}):sender_id>/domain",
)


@blueprint.get("")
def show(sender_id: int) -> ResponseReturnValue:
    return _page(sender_id)


@blueprint.post("/check")
def check(sender_id: int) -> ResponseReturnValue:
    """Ask the DNS, and show in place what it says."""
    findings: Sequence[Finding] = ()
    problem, status = "", 200
    try:
        findings = checks.check_domain(web.actor(), sender_id)
    except LimitReached as full:
        problem, status = full.message, web.status_of(full)
    if web.is_htmx():
        part = "messaging/_domain_check.html"
        return render_template(part, sender_id=sender_id, findings=findings, problem=problem), status
    return _page(sender_id, findings, problem), status


@blueprint.post("/key")
def create_key(sender_id: int) -> ResponseReturnValue:
    keys.create_key(web.actor(), sender_id)
    flash("Key created.", "success")
    return web.send_to(_url(sender_id))


@blueprint.post("/own-key")
def enter_key(sender_id: int) -> ResponseReturnValue:
    form = KeyForm()
    save = partial(keys.enter_key, web.actor(), sender_id, form.typed)
    return web.saved(form, save, partial(_page, sender_id, form=form), _url(sender_id), "Key saved.")


@blueprint.post("/key/removal")
def remove_key(sender_id: int) -> ResponseReturnValue:
    keys.remove_key(web.actor(), sender_id, request.form.get("selector", ""))
    flash("Key removed.", "success")
    return web.send_to(_url(sender_id))


@blueprint.post("/signing")
def start_signing(sender_id: int) -> ResponseReturnValue:
    """Sign emails if the DNS has the record of the key, or if the user says so."""
    try:
        finding = None
        if request.form.get("unchecked"):
            keys.start_signing(web.actor(), sender_id)
        else:
            finding = checks.start_signing_if_published(web.actor(), sender_id)
    except LimitReached as full:
        return _page(sender_id, refusal=full.message), web.status_of(full)
    if finding is not None:
        return _page(sender_id, refusal=finding.text), 409
    flash("Emails from this domain are signed from now on.", "success")
    return web.send_to(_url(sender_id))


@blueprint.post("/signing/removal")
def stop_signing(sender_id: int) -> ResponseReturnValue:
    keys.stop_signing(web.actor(), sender_id)
    flash("Emails from this domain are no longer signed.", "success")
    return web.send_to(_url(sender_id))


def _url(sender_id: int) -> str:
    return url_for("mail_domains.show", sender_id=sender_id, _anchor="signing")


def _page(
    sender_id: int,
    findings: Sequence[Finding] = (),
    problem: str = "",
    form: KeyForm | None = None,
    refusal: str = "",
) -> str:
    return render_template(
        "messaging/mail_domain.html",
        domain=keys.sending_domain(web.actor(), sender_id),
        sender_id=sender_id,
        findings=findings,
        problem=problem,
        key_form=form or KeyForm(formdata=None),
        refusal=refusal,
        nav_active="settings",
    )
