"""Integrations page in the settings."""

from flask import Flask

from app.integrations.domain import service_name
from app.integrations.presentation import pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.add_template_filter(service_name)
