"""Pages and commands that concern more than one room."""

from flask import Flask

from app.home.presentation import (
    business,
    commands,
    destinations,
    doctor,
    health,
    initial_setup,
    metrics,
    pages,
    search,
    settings,
)
from app.platform.attempts import AttemptLimiter


def init(app: Flask) -> None:
    for module in (pages, initial_setup, settings, business, health, metrics, search):
        app.register_blueprint(module.blueprint)
    commands.register(app)
    doctor.register(app)
    metrics.init(app)
    destinations.register(app)
    AttemptLimiter(app, "set-up", limit=20, seconds=15 * 60)
