"""Pages, tasks, commands and file destinations of bulk enrollment."""

from flask import Flask

from app.bulk_enrollment.presentation import (
    audit_words,
    check,
    choosing,
    commands,
    control,
    destinations,
    downloads,
    jobs,
    panels,
    running,
    to_dos,
)
from app.bulk_enrollment.presentation import tasks as _tasks  # noqa: F401


def init(app: Flask) -> None:
    app.register_blueprint(choosing.blueprint)
    app.register_blueprint(jobs.blueprint)
    app.register_blueprint(jobs.imports)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(to_dos.blueprint)
    app.register_blueprint(running.blueprint)
    app.register_blueprint(check.blueprint)
    app.context_processor(running.on_every_page)
    audit_words.register()
    panels.register()
    destinations.register()
    commands.register(app)
