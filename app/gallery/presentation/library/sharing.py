"""The page on which an agency shares a template with its sub-accounts."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts.application import require
from app.accounts.domain import Permission
from app.gallery.application.library import sharing
from app.platform import web
from app.platform.ids import number_of
from app.platform.text.words import counted

blueprint = Blueprint("template_sharing", __name__, url_prefix="/templates/<public_id>/sharing")

PAGE = 50


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Show the sub-accounts, which of them see the template, and what they have made of it."""
    search = " ".join(request.args.get("q", "").replace("\0", "").split())[:120]
    after = number_of(request.args.get("after", ""))
    found = sharing.recipients_of(web.actor(), public_id, search=search, after=after, limit=PAGE)
    return render_template(
        "gallery/library/sharing.html",
        found=found,
        template=found.sharing.template,
        search=search,
        after=after,
        nav_active="templates",
    )


@blueprint.post("")
def share(public_id: str) -> ResponseReturnValue:
    """Share the template with the chosen sub-accounts, or with all."""
    require(web.actor(), Permission.TEMPLATES)
    ids = _chosen()
    if ids == []:
        return _nothing_chosen(public_id)
    made = sharing.share_template(web.actor(), public_id, ids)
    whom = "all sub-accounts" if made.with_all else counted(made.accounts, "sub-account")
    flash(f"Shared with {whom}.", "success")
    return _back(public_id)


@blueprint.post("/removal")
def unshare(public_id: str) -> ResponseReturnValue:
    """Stop sharing the template with the chosen sub-accounts, or with all."""
    require(web.actor(), Permission.TEMPLATES)
    ids = _chosen()
    if ids == []:
        return _nothing_chosen(public_id)
    left = sharing.unshare_template(web.actor(), public_id, ids)
    whom = counted(left.accounts, "sub-account")
    flash(f"Still shared with {whom}." if left.accounts else "No longer shared.", "success")
    return _back(public_id)


def _chosen() -> list[int] | None:
    """Return the ids of the chosen sub-accounts; None for all. What isn't an id becomes 0, which nothing
    has."""
    if "all" in request.form:
        return None
    return [number_of(text) or 0 for text in request.form.getlist("accounts")[: sharing.MOST_AT_ONCE]]


def _nothing_chosen(public_id: str) -> ResponseReturnValue:
    sharing.recipients_of(web.actor(), public_id, limit=1)
    flash("Select the sub-accounts first.", "warning")
    return _back(public_id)


def _back(public_id: str) -> Response:
    place: dict[str, Any] = {
        name: request.form[name] for name in ("q", "after") if request.form.get(name, "")
    }
    return web.send_to(url_for("template_sharing.show", public_id=public_id, **place))
