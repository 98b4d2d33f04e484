"""Pages of deliveries: the list, and one with its request and answer."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.deliveries.application import reading
from app.deliveries.application.reading import MOST_AGAIN
from app.deliveries.domain.states import VIEWS
from app.platform import web
from app.platform.ids import HIGHEST_ID, number_of
from app.platform.text.words import counted

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")

ONE = f"/<int(max={HIGHEST_ID}):delivery_id>"


@blueprint.get("")
def index() -> ResponseReturnValue:
    view, workflow = request.args.get("view", ""), request.args.get("workflow", "")
    found = reading.list_deliveries(
        web.actor(), view, workflow, after=_place("after"), before=_place("before")
    )
    chosen = found.workflow.public_id if found.workflow else ""
    return render_template(
        "deliveries/index.html",
        found=found,
        chosen=chosen,
        most_again=MOST_AGAIN,
        tabs=[
            {"text": one.label, "url": _address(one.key, chosen), "active": one == found.view}
            for one in VIEWS
        ],
        previous_url=found.previous and _address(found.view.key, chosen, before=found.previous),
        next_url=found.next and _address(found.view.key, chosen, after=found.next),
        nav_active="messages",
    )


@blueprint.get(ONE)
def show(delivery_id: int) -> ResponseReturnValue:
    shown = reading.show_delivery(web.actor(), delivery_id)
    return render_template("deliveries/delivery.html", shown=shown, nav_active="messages")


@blueprint.post(f"{ONE}/sending")
def send_again(delivery_id: int) -> ResponseReturnValue:
    if reading.send_again(web.actor(), delivery_id):
        flash("The request will be sent again now.", "success")
    else:
        flash("It can’t be sent again now.", "info")
    return web.send_to(url_for("deliveries.show", delivery_id=delivery_id))


@blueprint.post("/sending")
def send_failed_again() -> ResponseReturnValue:
    """Send the failed requests of a workflow again."""
    workflow = request.form.get("workflow", "")
    sent = reading.send_failed_again(web.actor(), workflow)
    if sent:
        flash(f"{counted(sent, 'request')} will be sent again now.", "success")
    else:
        flash("There is nothing to send again.", "info")
    return web.send_to(_address("", workflow))


def _address(view: str, workflow: str, **place: Any) -> str:
    return url_for("deliveries.index", view=view or None, workflow=workflow or None, **place)


def _place(name: str) -> int | None:
    return number_of(request.args.get(name, ""))
