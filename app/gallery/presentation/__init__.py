"""Pages and commands of the gallery room."""

from flask import Flask

from app.gallery import application as gallery
from app.gallery.presentation import audit_words, commands, pages
from app.workflows import application as workflows


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    audit_words.register()
    commands.register(app)
    workflows.register_template_ids(gallery.template_ids)
