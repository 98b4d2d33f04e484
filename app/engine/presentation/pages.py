"""The page of a workflow's contacts."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.engine import application as engine
from app.platform import web
from app.platform.ids import number_of
from app.platform.text.words import counted

blueprint = Blueprint("engine", __name__, url_prefix="/workflows/<public_id>/people")


@blueprint.get("")
def people(public_id: str) -> ResponseReturnValue:
    view = request.args.get("view", "")
    found = engine.people_in(web.actor(), public_id, view, after=_place("after"), before=_place("before"))
    # Apart from “Active”, a tab is shown only once it has entries.
    tabs = [
        {
            "text": one.label,
            "url": _address(public_id, one.key),
            "count": found.figures.of(*one.statuses),
            "active": one is found.view,
        }
        for one in engine.VIEWS
        if not one.key or one is found.view or found.figures.of(*one.statuses)
    ]
    facts: dict[str, Any] = {"previous_url": None, "next_url": None}
    if found.previous is not None:
        facts["previous_url"] = _address(public_id, found.view.key, before=found.previous)
    if found.next is not None:
        facts["next_url"] = _address(public_id, found.view.key, after=found.next)
    return render_template("engine/people.html", found=found, tabs=tabs, nav_active="workflows", **facts)


@blueprint.post("/start")
def start(public_id: str) -> ResponseReturnValue:
    """Let everybody who is held begin."""
    held = engine.start_held(web.actor(), public_id)
    verb = "begins" if held == 1 else "begin"
    flash(f"The workflow has started: {counted(held, 'person', 'people')} {verb} now.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def _place(name: str) -> int | None:
    """Return the enrollment id in a query parameter, if it is valid."""
    return number_of(request.args.get(name, ""))


def _address(public_id: str, view: str, **place: Any) -> str:
    return url_for("engine.people", public_id=public_id, view=view or None, **place)
