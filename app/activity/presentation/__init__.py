"""Activity page."""

from flask import Flask

from app.activity.presentation import pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
