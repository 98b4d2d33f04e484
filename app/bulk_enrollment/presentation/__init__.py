"""Pages, tasks and commands of bulk enrollment."""

from flask import Flask

from app.bulk_enrollment.presentation import (
    check,
    choosing,
    commands,
    downloads,
    jobs,
    mapping,
    panels,
    running,
    to_dos,
    upload,
)
from app.bulk_enrollment.presentation import tasks as _tasks  # noqa: F401


def init(app: Flask) -> None:
    app.register_blueprint(choosing.blueprint)
    app.register_blueprint(jobs.blueprint)
    app.register_blueprint(jobs.imports)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(to_dos.blueprint)
    app.register_blueprint(running.blueprint)
    for page in (upload, mapping, check):
        app.register_blueprint(page.blueprint)
    app.context_processor(running.on_every_page)
    panels.register()
    commands.register(app)
