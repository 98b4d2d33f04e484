"""The page of an account's outside services."""

from flask import Flask

from app.integrations.presentation import pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
