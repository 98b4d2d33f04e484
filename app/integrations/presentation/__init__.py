"""Integrations pages in the settings, and the addresses that other software calls."""

from flask import Flask

from app.integrations.application.event_sources import register_secrets
from app.integrations.domain import service_name
from app.integrations.presentation import audit_words, hooks, pages, source_pages


def init(app: Flask) -> None:
    hooks.init(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(source_pages.blueprint)
    app.add_template_filter(service_name)
    audit_words.register()
    register_secrets()
