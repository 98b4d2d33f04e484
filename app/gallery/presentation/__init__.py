"""Pages and commands of the gallery room."""

from flask import Flask

from app.gallery.presentation import audit_words, commands, pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    audit_words.register()
    commands.register(app)
