"""The pages of forms: in the settings, and those that everyone may see."""

from flask import Flask

from app.forms.application import removal
from app.forms.application.confirmation_emails import ConfirmationEmails
from app.forms.presentation import audit_words, field_uses, pages, public_pages, tasks
from app.messaging import application as messaging

__all__ = ["tasks"]


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    public_pages.init(app)
    removal.register_removal()
    messaging.register_transactional(ConfirmationEmails())
    field_uses.register()
    audit_words.register()
