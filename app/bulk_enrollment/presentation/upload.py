"""Choosing a file: the upload page, receiving a file, and a sample file to try."""

import io
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.exceptions import RequestEntityTooLarge

from app.bulk_enrollment.application.corrections import job_to_correct
from app.bulk_enrollment.application.uploads import newest_uploads
from app.bulk_enrollment.presentation.destination import Destination, destination
from app.files import application as files
from app.files.domain.samples.file import SAMPLE_FILE_NAME, TO_TRY, people_csv
from app.platform import web
from app.platform.errors import Invalid, LimitReached, MusterError, NoSpace, TooMuch
from app.platform.settings import current

blueprint = Blueprint("upload", __name__)

FORM_OVERHEAD = 64 * 1024  # what a browser sends around the file


class UploadForm(FlaskForm):
    file = FileField("Drop a file here, or choose one")


@blueprint.get("/contacts/import")
@blueprint.get("/workflows/<uuid:workflow_id>/enroll")
def choose(workflow_id: UUID | None = None) -> ResponseReturnValue:
    actor = web.actor()
    goal = destination(actor, workflow_id)
    if goal.corrects:
        goal = replace(goal, corrected=job_to_correct(actor, goal.corrects, goal.workflow_id))
    return _page(goal, UploadForm(formdata=None))


@blueprint.post("/contacts/import")
@blueprint.post("/workflows/<uuid:workflow_id>/enroll")
@web.takes_files(lambda: _check())
@web.csrf.exempt  # it would read the body before anybody knows whether this person may upload
def receive(workflow_id: UUID | None = None) -> ResponseReturnValue:
    """Takes a file in. Nothing of the body is read before the person may and the size fits."""
    goal = destination(web.actor(), workflow_id)
    most = current().max_upload_bytes
    try:
        _check()
        web.csrf.protect()
        upload = _keep_sample() if "sample" in request.form else _keep_file()
    except RequestEntityTooLarge:
        return _refused(goal, files.too_large(most))
    except (Invalid, LimitReached, NoSpace, TooMuch) as refusal:
        return _refused(goal, refusal)
    return web.send_to(goal.mapping_url(upload.public_id))


@blueprint.get("/contacts/import/sample-file")
@blueprint.get("/workflows/<uuid:workflow_id>/enroll/sample-file")
def sample_file(workflow_id: UUID | None = None) -> ResponseReturnValue:
    destination(web.actor(), workflow_id)
    answer = Response(people_csv(TO_TRY), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=SAMPLE_FILE_NAME)
    return answer


def _check() -> None:
    """Raises what keeps this person from sending a file of the size that was announced."""
    destination(web.actor(), (request.view_args or {}).get("workflow_id"))
    most = current().max_upload_bytes
    if (request.content_length or 0) > most + FORM_OVERHEAD:
        raise files.too_large(most)
    files.refuse_without_room(web.actor().account_id, request.content_length or 0)


def _keep_file() -> files.Upload:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("VALIDATION_ERROR", "Choose a file first.")
    return files.keep(web.actor(), file.stream, file.filename)


def _keep_sample() -> files.Upload:
    return files.keep(web.actor(), io.BytesIO(people_csv(TO_TRY)), SAMPLE_FILE_NAME)


def _refused(goal: Destination, refusal: MusterError) -> ResponseReturnValue:
    form = UploadForm(formdata=None)
    form.file.errors = [refusal.message]
    form.file.render_kw = {"data-focus": True}
    status = 413 if refusal.code == "TOO_LARGE" else web.status_of(refusal)
    return _page(goal, form), status


def _page(goal: Destination, form: UploadForm) -> str:
    facts: dict[str, Any] = {"goal": goal, "form": form, "most_bytes": current().max_upload_bytes}
    facts["most_workbook_rows"] = current().max_workbook_rows
    recent = newest_uploads(web.actor())
    return render_template("bulk_enrollment/upload.html", recent=recent, nav_active=goal.place, **facts)
