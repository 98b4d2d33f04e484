"""The page that moves people to the new version of their workflow."""

from collections.abc import Mapping

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.engine.application.changing import moving, planning
from app.engine.domain.version_moves import LEAVE
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.workflows import application as workflows

CHOICE = "to-"
"""Before the id of a step, the name of the field with what is chosen for its people."""

blueprint = Blueprint("version_moves", __name__, url_prefix="/workflows/<public_id>/version-move")


@blueprint.get("")
def ask(public_id: str) -> ResponseReturnValue:
    """Show what happens to whom. Changes nothing."""
    require(web.actor(), Permission.WORKFLOWS)
    return _page(public_id, {}, {})


@blueprint.post("")
def start(public_id: str) -> ResponseReturnValue:
    try:
        number = request.form.get("version", 0, type=int)
        moving.start_move(web.actor(), public_id, number, _chosen())
    except Invalid as wrong:
        return _page(public_id, _chosen(), wrong.facts["fields"], 422)
    except Conflict as refusal:
        flash(refusal.message, "info")
    else:
        flash("People are being moved to the new version.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/undo")
def undo(public_id: str) -> ResponseReturnValue:
    try:
        moving.undo_move(web.actor(), public_id)
    except Conflict as refusal:
        flash(refusal.message, "info")
    else:
        flash("People are being moved back.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def _chosen() -> Mapping[str, str]:
    """Return {id of a step that no longer exists: what is chosen for its people}."""
    given = request.form.items()
    return {name.removeprefix(CHOICE): value for name, value in given if name.startswith(CHOICE)}


def _page(
    public_id: str, chosen: Mapping[str, str], problems: Mapping[str, str], status: int = 200
) -> ResponseReturnValue:
    workflow = workflows.find_workflow(web.actor(), public_id)
    plan = planning.plan_move(web.actor(), public_id)
    if plan is None:
        flash("Nobody is in an older version of this workflow.", "info")
        return web.send_to(url_for("workflows.show", public_id=public_id))
    page = render_template(
        "engine/version_move.html",
        workflow=workflow,
        plan=plan,
        chosen=chosen,
        problems=problems,
        choice=CHOICE,
        leave=LEAVE,
        nav_active="workflows",
    )
    return page, status
