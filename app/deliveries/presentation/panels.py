"""Panels for the pages of workflows."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from app.accounts.domain import Actor
from app.deliveries.application import reading
from app.deliveries.infrastructure.queries import MOST_COUNTED


def failures(actor: Actor, workflow: Any) -> Markup | None:
    """Return a notice about failed webhook requests of a workflow; None without any."""
    failed = reading.failed_in(actor, workflow.id)
    if not failed:
        return None
    given = {"workflow": workflow, "failed": failed, "is_all": failed < MOST_COUNTED}
    return Markup(render_template("deliveries/_failures.html", **given))
