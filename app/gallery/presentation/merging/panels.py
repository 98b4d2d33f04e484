"""What the pages of workflows say about newer versions of templates."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.accounts.domain import Actor
from app.gallery.application.merging.announcing import news
from app.gallery.application.merging.comparing import latest_update
from app.gallery.application.merging.fields import mapped_fields
from app.platform.clock import now
from app.workflows.application import ListNews

SHOWN_AFTER_UPDATE = timedelta(days=7)


def update_news(actor: Actor, workflow_ids: Sequence[int]) -> Mapping[int, ListNews]:
    """Return what the list says about workflows whose template has a newer version."""
    return {
        one.workflow_id: ListNews(
            "Update available", url_for("template_updates.show", public_id=one.public_id)
        )
        for one in news(actor, workflow_ids)
    }


def mapped_fields_panel(actor: Actor, workflow: Any) -> Markup | None:
    """Return which contact fields a workflow uses instead of its template’s; None if all are the same."""
    mapped = mapped_fields(actor, workflow) if workflow.template_id is not None else []
    return Markup(render_template("gallery/_mapped_fields.html", mapped=mapped)) if mapped else None


def template_update_panel(actor: Actor, workflow: Any) -> Markup | None:
    """Return the notice of a newer version, or of the latest update, which can be undone; None without
    both."""
    if workflow.template_id is None:
        return None
    newer = next(iter(news(actor, [workflow.id])), None)
    update = latest_update(actor, workflow)
    if update is not None and now() - update.at > SHOWN_AFTER_UPDATE:
        update = None
    if newer is None and update is None:
        return None
    return Markup(
        render_template("gallery/_template_news.html", workflow=workflow, newer=newer, update=update)
    )
