"""The pages of a template's versions (T-13)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.gallery.application.versions import (
    compare_template_versions,
    list_versions,
    restore_version,
    show_version,
)
from app.gallery.presentation.merging.shown_changes import shown_parts
from app.platform import web
from app.platform.errors import Conflict, Invalid, MusterError
from app.platform.text.numbers import whole_number

blueprint = Blueprint("template_versions", __name__, url_prefix="/templates/<public_id>/versions")


@blueprint.get("")
def index(public_id: str) -> ResponseReturnValue:
    found = list_versions(web.actor(), public_id, whole_number(request.args.get("before")))
    return render_template("gallery/versions.html", found=found, nav_active="templates")


@blueprint.get("/comparison")
def compare(public_id: str) -> ResponseReturnValue:
    """Show what differs between two versions; by default between the newest one and the one before it."""
    newest = list_versions(web.actor(), public_id).template.version
    later = whole_number(request.args.get("to")) or newest
    earlier = whole_number(request.args.get("from")) or max(later - 1, 1)
    found = compare_template_versions(web.actor(), public_id, earlier, later)
    return render_template(
        "gallery/comparison.html", found=found, parts=shown_parts(found.changes), nav_active="templates"
    )


@blueprint.get("/<int:number>")
def show(public_id: str, number: int) -> ResponseReturnValue:
    return _version_page(public_id, number)


@blueprint.post("/<int:number>/restoration")
def restore(public_id: str, number: int) -> ResponseReturnValue:
    before = whole_number(request.form.get("current"))
    try:
        restored = restore_version(web.actor(), public_id, number)
    except (Conflict, Invalid) as refusal:
        return _version_page(public_id, number, refusal), web.status_of(refusal)
    if restored.card.version == before:
        flash(f"Version {number} has the same steps as the current version.", "info")
    else:
        flash(f"Version {number} is restored as version {restored.card.version}.", "success")
    return web.send_to(url_for("template_versions.index", public_id=public_id))


def _version_page(public_id: str, number: int, refusal: MusterError | None = None) -> str:
    found = show_version(web.actor(), public_id, number)
    return render_template("gallery/version.html", found=found, refusal=refusal, nav_active="templates")
