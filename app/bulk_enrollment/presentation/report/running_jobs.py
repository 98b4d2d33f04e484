"""The chips of the newest unfinished jobs, shown on every page."""

from functools import cached_property
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.domain import Actor
from app.bulk_enrollment.application.report.shown_jobs import running_jobs
from app.platform import web

blueprint = Blueprint("running_jobs", __name__, url_prefix="/enrollments")


class Chips:
    """The chips of an account, loaded on first use.

    Pages that do not show them, such as error pages, need no database.
    """

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor

    @cached_property
    def _list(self) -> list[dict[str, Any]]:
        if self._actor is None:
            return []
        return [
            {"name": job.name, "percent": job.percent, "url": url_for("jobs.show", public_id=job.public_id)}
            for job in running_jobs(self._actor)
        ]

    def __bool__(self) -> bool:
        return bool(self._list)

    def __getitem__(self, key: Any) -> Any:
        return self._list[key]


@blueprint.get("/running")
def index() -> ResponseReturnValue:
    """Return the chips and the bell; polled while there are any chips."""
    return render_template("bulk_enrollment/_running_answer.html", **_chips(web.actor()))


def on_every_page() -> dict[str, Any]:
    """Return the template variables that every page gets."""
    return _chips(g.get("actor"))


def _chips(actor: Actor | None) -> dict[str, Any]:
    return {"running_jobs": Chips(actor), "running_jobs_url": url_for("running_jobs.index")}
