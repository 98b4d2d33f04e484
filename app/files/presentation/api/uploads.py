"""Uploading a file, and reading what is known about it."""

from dataclasses import replace
from typing import Annotated, Final

from flask import request, url_for
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.files import application as files
from app.files.presentation.api import schemas
from app.files.presentation.api.shown_upload import shown
from app.files.presentation.upload import FORM_OVERHEAD
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.schemas import Query, described
from app.platform.errors import Invalid, NotFound
from app.platform.settings import current

blueprint = api_blueprint("files")

MULTIPART: Final = "multipart/form-data"
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BODIES: Final = (MULTIPART, "text/csv", "text/tab-separated-values", "text/plain", WORKBOOK)
_ANY_FILE: Final = "application/octet-stream"


class UploadQuery(Query):
    """What a body that is the file does not say."""

    file_name: Annotated[str | None, described("Name of the file.", "leads.csv", max_length=255)] = None


def _check() -> None:
    """Raise if the token may not send a file of the announced size."""
    accounts.require(web.actor(), Permission.CONTACTS)
    most = current().max_upload_bytes
    if (request.content_length or 0) > most + FORM_OVERHEAD:
        raise files.too_large(most)
    files.refuse_without_room(web.actor().account_id, request.content_length or 0)


@blueprint.post("/uploads")
@web.takes_files(_check)
@operation(
    "Uploads",
    schemas.Upload,
    status=201,
    permission="contact:manage",
    upload=BODIES,
    headers={"Location": "URL of the upload."},
    errors=(507,),
    says={
        400: "The body can’t be read, or has more rows than a file may have.",
        413: "The file is larger than this installation allows.",
        415: "The body is not one of these types.",
        422: "The file can’t be read (`INVALID_FILE`); `detail` says why.",
    },
)
def create_upload(query: UploadQuery) -> tuple[schemas.Upload, int, dict[str, str]]:
    """Upload a file of contacts

    Send a CSV or TSV file, or an Excel workbook: as the body, with its media type and `file_name`, or in a
    form (`multipart/form-data`) as `file`. The file is stored and read completely: rows are counted, the
    field of each column is guessed, and columns that may say who must not be contacted are listed with their
    questions.
    """
    _check()
    try:
        upload = _keep(query.file_name)
    except RequestEntityTooLarge:
        raise files.too_large(current().max_upload_bytes) from None
    place = url_for("api_files.get_upload", public_id=upload.public_id)
    return shown(upload), 201, {"Location": place}


@blueprint.get("/uploads/<public_id>")
@operation("Uploads", schemas.Upload, permission="contact:manage")
def get_upload(public_id: str) -> schemas.Upload:
    """Get an upload

    The check-up and the questions are those for the columns as guessed.
    """
    return shown(_existing(public_id))


@blueprint.patch("/uploads/<public_id>")
@operation(
    "Uploads",
    schemas.Upload,
    permission="contact:manage",
    headers={"Content-Location": "URL of the upload that is returned."},
    errors=(400, 507),
)
def update_upload(public_id: str, body: schemas.UploadChanges) -> tuple[schemas.Upload, int, dict[str, str]]:
    """Change how an upload is read

    A file that a job uses stays as it is; the response is then a new upload of it, with its own ID.
    """
    upload = _existing(public_id)
    named = files.NamedLayout(body.encoding, body.delimiter, body.sheet, body.header_line)
    known = files.layout_named(upload, named)
    if body.repairs is not None:
        known = replace(known, mends=files.with_repairs(upload, *body.repairs).mends)
    upload = files.read_again(web.actor(), public_id, known)
    if body.fix_addresses:
        files.fix_addresses(web.actor(), upload.public_id, files.mapping_as_guessed(upload))
    elif body.fix_addresses is not None:
        files.undo_fixes(web.actor(), upload.public_id)
    place = url_for("api_files.get_upload", public_id=upload.public_id)
    return shown(_existing(upload.public_id)), 200, {"Content-Location": place}


@blueprint.delete("/uploads/<public_id>")
@operation("Uploads", status=204, permission="contact:manage", says={409: "A job or a dry run uses it."})
def delete_upload(public_id: str) -> None:
    """Delete an upload

    A file that a job or a dry run uses can’t be deleted.
    """
    files.discard(web.actor(), public_id)


def _keep(file_name: str | None) -> files.Upload:
    if request.mimetype == MULTIPART:
        file = request.files.get("file")
        if file is None or not file.filename:
            sentence = "Send the file in the part “file”, with a file name."
            raise Invalid.in_fields({"file": sentence})
        return files.keep(web.actor(), file.stream, file_name or file.filename)
    if request.mimetype not in (*BODIES, _ANY_FILE):
        raise UnsupportedMediaType(f"Send the file as one of {', '.join(BODIES)}.")
    return files.keep(web.actor(), request.stream, file_name)


def _existing(public_id: str) -> files.Upload:
    upload = files.kept(web.actor().account_id, public_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload doesn’t exist, or has expired.")
    return upload
