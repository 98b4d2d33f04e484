"""The pages and commands that take a file in and bring it to a destination."""

from flask import Flask

from app.files import application as files
from app.files.presentation import audit_words, mapping, terminal, upload


def init(app: Flask) -> None:
    """Comes after the rooms that register destinations and commands."""
    for page in (upload, mapping):
        app.register_blueprint(page.blueprint_for(files.destination_kinds()))
    audit_words.register()
    for command in files.file_commands():
        app.cli.add_command(terminal.command_for(command))
