"""Settings > Email: the email providers that report what became of emails."""

from functools import partial

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.messaging.application.providers import settings
from app.messaging.presentation.mail_forms import ProviderForm
from app.messaging.presentation.mail_pages import page
from app.platform import web

blueprint = Blueprint("mail_providers", __name__, url_prefix="/settings/email/providers")


@blueprint.post("")
def connect() -> ResponseReturnValue:
    """Connect a provider, or change its key."""
    form = ProviderForm()
    save = partial(settings.connect_provider, web.actor(), form.typed["provider"], form.typed["key"])
    done = "Saved. Now add the address to your provider’s settings."
    return web.saved(form, save, partial(page, provider_form=form), _url(), done)


@blueprint.post("/<provider>/removal")
def disconnect(provider: str) -> ResponseReturnValue:
    settings.disconnect_provider(web.actor(), provider)
    flash("Provider disconnected.", "success")
    return web.send_to(_url())


def _url() -> str:
    return url_for("mail_settings.show", _anchor="providers")
