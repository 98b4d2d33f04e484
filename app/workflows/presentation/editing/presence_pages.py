"""The part of an open workflow’s page that tells who else has it open, and what they have saved."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.platform import web
from app.platform.text.numbers import whole_number
from app.workflows import application as workflows

blueprint = Blueprint("workflow_presence", __name__, url_prefix="/workflows/<public_id>/presence")

MAX_MARK = 2_000


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Render the part for a page that shows the revision `drawn`; 204 if it is as the page `known` has it."""
    drawn, known = whole_number(request.args.get("drawn")), request.args.get("known", "")[:MAX_MARK]
    presence = workflows.presence_on(web.actor(), public_id, drawn, known)
    if presence is None:
        return Response(status=204)
    is_form = request.args.get("form") == "1"
    return render_template("workflows/editing/_presence.html", presence=presence, is_form=is_form)
