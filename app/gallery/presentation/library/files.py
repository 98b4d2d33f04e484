"""Pages for templates as files: the download, the form for a file, and the report before it is imported."""

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField

from app.accounts.application import require
from app.accounts.domain import Permission
from app.gallery.application.library import transfer
from app.gallery.domain.details import MAX_NAME
from app.gallery.domain.template_file import MAX_FILE
from app.gallery.presentation.library.answers import file_answer
from app.platform import web
from app.platform.errors import Invalid, LimitReached, MusterError

blueprint = Blueprint("template_files", __name__, url_prefix="/templates")


class FileForm(web.ShowingForm):
    """Choosing a file."""

    file = FileField("Template file")


class ImportForm(web.ShowingForm):
    """A file that was checked, and the name that the template gets."""

    name = StringField("Name", render_kw={"maxlength": MAX_NAME})
    text = HiddenField()


@blueprint.get("/<public_id>/file")
def download(public_id: str) -> Response:
    """Download a template as a file."""
    return file_answer(transfer.export_template(web.actor(), public_id))


@blueprint.get("/import")
def choose() -> ResponseReturnValue:
    """Show the form for a file."""
    require(web.actor(), Permission.TEMPLATES)
    return _choice(FileForm(formdata=None))


@blueprint.post("/import")
def check() -> ResponseReturnValue:
    """Show what a file contains, and what stands in the way; nothing is created yet."""
    require(web.actor(), Permission.TEMPLATES)
    form, file = FileForm(), request.files.get("file")
    if file is None or not file.filename:
        form.show({"file": "Choose a file first."})
        return _choice(form), 422
    content = file.stream.read(MAX_FILE + 1)
    try:
        report = transfer.check_file(web.actor(), content)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _choice(form), 422
    ready = ImportForm(formdata=None, name=report.file.name, text=content.decode("utf-8-sig"))
    return _report(report, ready), 422 if report.problems else 200


@blueprint.post("/import/confirmation")
def confirm() -> ResponseReturnValue:
    """Create the template from the file that was checked."""
    actor, form = web.actor(), ImportForm()
    require(actor, Permission.TEMPLATES)
    content = (form.text.data or "").replace("\r\n", "\n").encode()  # browsers send it with \r\n
    try:
        made = transfer.import_template(actor, content, name=form.name.data or "", new_fields=True)
    except (Invalid, LimitReached) as wrong:
        if wrong.code == "INVALID_FILE":
            chosen = FileForm(formdata=None)
            chosen.show(wrong.facts["fields"])
            return _choice(chosen), 422
        form.show(wrong.facts.get("fields", {}))
        error = None if wrong.facts.get("fields") else wrong
        return _report(transfer.check_file(actor, content), form, error), web.status_of(wrong)
    flash(f"“{made.card.name}” was imported.", "success")
    return web.send_to(url_for("library.edit", public_id=made.card.public_id))


def _choice(form: FileForm) -> str:
    return render_template("gallery/library/import.html", form=form, nav_active="templates")


def _report(report: transfer.FileReport, form: ImportForm, error: MusterError | None = None) -> str:
    return render_template(
        "gallery/library/import_report.html", report=report, form=form, error=error, nav_active="templates"
    )
