"""Settings > Email: the email providers that report what became of emails."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.messaging.application.providers import settings
from app.messaging.presentation.mail_forms import ProviderForm
from app.messaging.presentation.mail_pages import page
from app.platform import web
from app.platform.errors import Invalid

blueprint = Blueprint("mail_providers", __name__, url_prefix="/settings/email/providers")


@blueprint.post("")
def connect() -> ResponseReturnValue:
    """Connect a provider, or change its key."""
    form = ProviderForm()
    try:
        settings.connect_provider(web.actor(), form.typed["provider"], form.typed["key"])
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return page(provider_form=form), 422
    flash("Saved. Now add the address to your provider’s settings.", "success")
    return _back()


@blueprint.post("/<provider>/removal")
def disconnect(provider: str) -> ResponseReturnValue:
    settings.disconnect_provider(web.actor(), provider)
    flash("Provider disconnected.", "success")
    return _back()


def _back() -> ResponseReturnValue:
    return web.send_to(url_for("mail_settings.show", _anchor="providers"))
