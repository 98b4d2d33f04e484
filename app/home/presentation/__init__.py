"""Pages and commands that concern more than one room."""

from flask import Flask

from app.home.presentation import business, commands, doctor, health, initial_setup, metrics, pages, settings
from app.platform.attempts import AttemptLimiter


def init(app: Flask) -> None:
    for module in (pages, initial_setup, settings, business, health, metrics):
        app.register_blueprint(module.blueprint)
    commands.register(app)
    doctor.register(app)
    metrics.init(app)
    AttemptLimiter(app, "set-up", limit=20, seconds=15 * 60)
