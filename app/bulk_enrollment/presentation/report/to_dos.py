"""Requests that dismiss and restore to-dos on the home page."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.report import to_dos
from app.platform import web

blueprint = Blueprint("to_dos", __name__, url_prefix="/enrollments/<public_id>")


@blueprint.post("/dismissal")
def dismiss(public_id: str) -> ResponseReturnValue:
    to_dos.dismiss(web.actor(), public_id)
    return web.send_to(url_for("home.home", dismissed=public_id, _anchor="attention"))


@blueprint.post("/dismissal/removal")
def restore(public_id: str) -> ResponseReturnValue:
    to_dos.restore(web.actor(), public_id)
    return web.send_to(url_for("home.home", _anchor="attention"))
