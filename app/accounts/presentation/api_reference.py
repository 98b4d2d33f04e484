"""Settings > API tokens > API reference: all operations, with forms that send requests."""

from functools import cache, lru_cache

from flask import Blueprint, Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.platform.api.document import document
from app.platform.api.reference import Reference, reference
from app.platform.one_at_a_time import one_at_a_time

blueprint = Blueprint("api_reference", __name__, url_prefix="/settings/api")


@blueprint.get("")
def index() -> ResponseReturnValue:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return render_template(
        "accounts/api_reference.html",
        reference=_reference(app),
        operations=_operations(app, request.host_url.rstrip("/"), request.script_root),
        nav_active="settings",
    )


@one_at_a_time
@lru_cache(maxsize=4)
def _operations(app: Flask, host: str, _root: str) -> Markup:
    """Return the main part, a megabyte that only depends on the address of the installation."""
    known = _reference(app)
    return Markup(render_template("accounts/_api_operations.html", reference=known, host=host))


@one_at_a_time
@cache
def _reference(app: Flask) -> Reference:
    return reference(document(app))
