"""Integrations page in the settings."""

from flask import Flask

from app.integrations.presentation import pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
