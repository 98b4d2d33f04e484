"""Responses of pages and operations."""

from flask import Response

from app.gallery.application.library.transfer import ExportedFile

YAML = "application/yaml"


def file_answer(file: ExportedFile) -> Response:
    """Return a response that downloads a template as a file."""
    answer = Response(file.text, mimetype=YAML)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer
