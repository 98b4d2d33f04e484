"""Pages and tasks of deliveries, and Settings > Webhook signing."""

from flask import Flask

from app.contacts import application as contacts
from app.deliveries.application.removal import register_removal
from app.deliveries.application.signing import register_secrets
from app.deliveries.application.time_line import FAILED, describe_events
from app.deliveries.presentation import audit_words, pages, panels, signing_pages, tasks
from app.workflows import application as workflows

__all__ = ["init", "tasks"]


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(signing_pages.blueprint)
    audit_words.register()
    register_removal()
    register_secrets()
    contacts.register_events([FAILED], describe_events)
    workflows.register_panel("deliveries", panels.failures, place="top")
