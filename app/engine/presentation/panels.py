"""Parts of the pages of workflows and contacts that only this room can fill."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.accounts.domain import Actor
from app.contacts.application import Told
from app.engine import application as engine


def figures(actor: Actor, workflow: Any) -> Markup | None:
    """The key figures of a workflow; nothing for a draft that nobody has ever been in."""
    found = engine.figures_of(actor, workflow)
    if workflow.status == "draft" and not found.total:
        return None
    return Markup(render_template("engine/_figures.html", workflow=workflow, figures=found))


def enrollments(actor: Actor, contact_id: int) -> Markup:
    """The workflows that a contact is or was in."""
    stays = engine.contact_enrollments(actor, contact_id)
    return Markup(render_template("engine/_enrollments_card.html", stays=stays))


def tell_enrolled(actor: Actor, events: Sequence[Any]) -> Mapping[int, Told]:
    """“Added to Win-back”, with the way to the workflow as long as it exists."""
    names = engine.names_of_workflows(actor, [event.workflow_id for event in events if event.workflow_id])
    return {event.id: _told(names.get(event.workflow_id)) for event in events}


def _told(workflow: tuple[str, str] | None) -> Told:
    if workflow is None:
        return Told("Added to a workflow that does not exist any more")
    name, public_id = workflow
    return Told(f"Added to {name}", url_for("workflows.show", public_id=public_id))
