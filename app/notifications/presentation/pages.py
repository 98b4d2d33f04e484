"""The page of one's own notifications."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.notifications import application as notifications
from app.platform import web
from app.platform.ids import HIGHEST_ID, number_of

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")

ONE = f"/<int(max={HIGHEST_ID}):notification_id>"


@blueprint.get("")
def index() -> ResponseReturnValue:
    page = notifications.read_notifications(web.actor(), _number("before", request.args))
    return render_template(
        "notifications/index.html",
        page=page,
        is_first=not request.args.get("before"),
        older_url=page.older and url_for("notifications.index", before=page.older),
    )


@blueprint.get(ONE)
def follow(notification_id: int) -> ResponseReturnValue:
    """Open what a notification is about. Following the link is reading it."""
    shown = notifications.mark_read(web.actor(), notification_id)
    return redirect(shown.notice.url or url_for("notifications.index"), 303)


@blueprint.post(f"{ONE}/reading")
def read(notification_id: int) -> ResponseReturnValue:
    notifications.mark_read(web.actor(), notification_id)
    return web.send_to(url_for("notifications.index"))


@blueprint.post("/reading")
def read_all() -> ResponseReturnValue:
    """Mark all as read, up to the newest one that the page showed."""
    notifications.mark_all_read(web.actor(), _number("up_to", request.form))
    return web.send_to(url_for("notifications.index"))


def _number(name: str, given: Mapping[str, str]) -> int | None:
    return number_of(given.get(name, ""))
