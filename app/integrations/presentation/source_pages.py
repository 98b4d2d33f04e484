"""Settings > Integrations: connecting software that reports events, and disconnecting it."""

from datetime import timedelta

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.integrations.application import event_sources
from app.integrations.application.event_sources import OVERLAP, NewConnection
from app.integrations.application.overview import uses_without
from app.integrations.application.receiving import consent_bases
from app.integrations.domain.event_sources import EVENT_NAMES, SOURCES, Source
from app.integrations.presentation.forms import GuestsForm, ReplacementForm, SourceForm
from app.platform import web
from app.platform.errors import Invalid
from app.platform.settings import current

blueprint = Blueprint("event_sources", __name__, url_prefix="/settings/integrations")


@blueprint.get("/<source>")
def show(source: str) -> ResponseReturnValue:
    require(web.actor(), Permission.ACCOUNT)
    return _page(event_sources.known_source(source), SourceForm(formdata=None))


@blueprint.post("/<source>")
def connect(source: str) -> ResponseReturnValue:
    """Connect a source. What it needs is on the page that follows, and never again."""
    form = SourceForm()
    try:
        new = event_sources.connect_source(web.actor(), source, form.secret.data or "", form.basis.data or "")
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(event_sources.known_source(source), form), 422
    return _page(event_sources.known_source(source), form, new)


@blueprint.post("/<source>/replacement")
def replace(source: str) -> ResponseReturnValue:
    """Replace the secret. A new one that Muster has made is on the page that follows, and never again."""
    form = ReplacementForm()
    at_once = bool(form.at_once.data)
    try:
        new = event_sources.replace_secret(web.actor(), source, form.secret.data or "", at_once=at_once)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(event_sources.known_source(source), SourceForm(formdata=None), replacement=form), 422
    known = event_sources.known_source(source)
    if SOURCES[known].secret_label:
        flash("Signing secret replaced.", "success")
        return web.send_to(url_for("event_sources.show", source=source))
    return _page(known, SourceForm(formdata=None), new, is_replaced=True)


@blueprint.post("/<source>/guests")
def set_guests(source: str) -> ResponseReturnValue:
    event_sources.count_guests(web.actor(), source, bool(GuestsForm().counts.data))
    flash("Settings saved.", "success")
    return web.send_to(url_for("event_sources.show", source=source))


@blueprint.post("/<source>/removal")
def disconnect(source: str) -> ResponseReturnValue:
    event_sources.disconnect_source(web.actor(), source)
    flash(f"{SOURCES[Source(source)].name} disconnected.", "success")
    return web.send_to(url_for("integrations.index"))


def _page(
    source: Source,
    form: SourceForm,
    new: NewConnection | None = None,
    *,
    is_replaced: bool = False,
    replacement: ReplacementForm | None = None,
) -> str:
    actor = web.actor()
    known = next((one for one in event_sources.list_sources(actor) if one.source == source), None)
    path = new.path if new else event_sources.signed_path(actor, source)
    base = current().public_url or request.host_url.rstrip("/")
    return render_template(
        "integrations/source.html",
        source=source,
        info=SOURCES[source],
        known=known,
        new=new,
        form=form,
        is_replaced=is_replaced,
        replacement=replacement or ReplacementForm(formdata=None),
        guests_form=GuestsForm(formdata=None, counts=known.counts_guests if known else False),
        overlap_hours=OVERLAP // timedelta(hours=1),
        url=base + path if path else "",
        has_public_url=bool(current().public_url),
        uses=uses_without(actor, source),
        bases=consent_bases(),
        event_names=EVENT_NAMES,
        nav_active="settings",
    )
