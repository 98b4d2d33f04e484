"""Settings > API tokens > API reference: all operations, with forms that send requests."""

from functools import cache

from flask import Blueprint, Flask, current_app, render_template
from flask.typing import ResponseReturnValue

from app.platform.api.document import document
from app.platform.api.reference import Reference, reference

blueprint = Blueprint("api_reference", __name__, url_prefix="/settings/api")


@blueprint.get("")
def index() -> ResponseReturnValue:
    return render_template(
        "accounts/api_reference.html",
        reference=_reference(current_app._get_current_object()),  # type: ignore[attr-defined]
        nav_active="settings",
    )


@cache
def _reference(app: Flask) -> Reference:
    return reference(document(app))
