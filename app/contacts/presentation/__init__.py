"""The pages of contacts."""

from flask import Flask

from app.contacts.presentation import pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
