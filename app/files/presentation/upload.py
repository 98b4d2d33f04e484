"""The upload page, receiving a file, and the sample file."""

import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from werkzeug.exceptions import RequestEntityTooLarge

from app.files import application as files
from app.files.domain.samples.file import SAMPLE_FILE_NAME, TO_TRY, people_csv
from app.files.presentation.destination_pages import DestinationPages, open_destination, routes
from app.platform import web
from app.platform.errors import Invalid, LimitReached, MusterError, NoSpace, TooMuch, Unavailable
from app.platform.settings import current

FORM_OVERHEAD = 64 * 1024  # bytes that a browser sends around the file


class UploadForm(web.ShowingForm):
    file = FileField("Drop a file here, or choose one")


def blueprint_for(kinds: Sequence[files.DestinationKind]) -> Blueprint:
    views = [("", "GET", choose), ("", "POST", receive), ("/sample-file", "GET", sample_file)]
    return routes("upload", views, kinds)


def choose(to: str, **at: Any) -> ResponseReturnValue:
    return _page(open_destination(to, at), UploadForm(formdata=None))


@web.takes_files(lambda: _check())
@web.csrf.exempt  # would read the body before the permission check; protect() runs in the view
def receive(to: str, **at: Any) -> ResponseReturnValue:
    """Store the uploaded file. The body is only read once permission and size have been checked."""
    pages = open_destination(to, at)
    most = current().max_upload_bytes
    try:
        _check()
        web.csrf.protect()
        upload = _keep_sample() if "sample" in request.form else _keep_file()
    except RequestEntityTooLarge:
        return _refused(pages, files.too_large(most))
    except (Invalid, LimitReached, NoSpace, TooMuch, Unavailable) as refusal:
        return _refused(pages, refusal)
    return web.send_to(pages.mapping_url(upload.public_id))


def sample_file(to: str, **at: Any) -> ResponseReturnValue:
    open_destination(to, at)
    answer = Response(people_csv(TO_TRY), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=SAMPLE_FILE_NAME)
    return answer


def _check() -> None:
    """Raise if the user may not send a file of the announced size to this destination."""
    address = dict(request.view_args or {})
    open_destination(address.pop("to"), address)
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


def _refused(pages: DestinationPages, refusal: MusterError) -> ResponseReturnValue:
    form = UploadForm(formdata=None)
    form.show({"file": refusal.message})
    form.file.render_kw = {"data-focus": True}
    return _page(pages, form), web.status_of(refusal)


def _page(pages: DestinationPages, form: UploadForm) -> str:
    return render_template(
        "files/upload.html",
        pages=pages,
        destination=pages.destination,
        form=form,
        most_bytes=current().max_upload_bytes,
        most_workbook_rows=current().max_workbook_rows,
        recent=files.newest_uploads(web.actor()),
        nav_active=pages.destination.place,
    )
