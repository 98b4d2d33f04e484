"""The pages of workflows."""

from flask import Flask

from app.workflows.presentation import life_pages, pages, step_pages


def init(app: Flask) -> None:
    for module in (life_pages, step_pages):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(pages.blueprint)
