"""The search over everything: a page, and the results of the command palette, from the same use case."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.home.application.finding import MAX_TEXT, find_everything
from app.platform import web

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show what matches `q`. The palette gets only its list of results."""
    text = request.args.get("q", "").strip()[:MAX_TEXT]
    groups = find_everything(web.actor(), text)
    template = "home/_palette_results.html" if web.is_for("palette-results") else "home/search.html"
    return render_template(template, text=text, groups=groups, max_text=MAX_TEXT, nav_active="search")
