"""Pages and commands of the house as a whole."""

from flask import Flask

from app.home.presentation import commands, health, pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(health.blueprint)
    commands.register(app)
