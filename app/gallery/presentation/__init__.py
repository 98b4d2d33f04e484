"""The gallery's pages and commands."""

from flask import Flask

from app.gallery.presentation import commands, pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    commands.register(app)
