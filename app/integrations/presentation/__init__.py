"""Integrations pages in the settings, and the addresses that other software calls."""

from flask import Flask

from app.integrations.application.event_sources import discard_previous_secrets, register_secrets
from app.integrations.domain import service_name
from app.integrations.presentation import audit_words, hooks, pages, source_pages
from app.platform.clock import every

every(3600)(discard_previous_secrets)


def init(app: Flask) -> None:
    hooks.init(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(source_pages.blueprint)
    app.add_template_filter(service_name)
    audit_words.register()
    register_secrets()
