"""Pages and commands that read a file and send it to a destination."""

from flask import Flask

from app.files import application as files
from app.files.application import doctor
from app.files.presentation import audit_words, mapping, terminal, upload


def init(app: Flask) -> None:
    """Register pages and commands. Must run after other rooms have registered destinations and commands."""
    for page in (upload, mapping):
        app.register_blueprint(page.blueprint_for(files.destination_kinds()))
    audit_words.register()
    doctor.register()
    for command in files.file_commands():
        app.cli.add_command(terminal.command_for(command))
