"""Panels for the pages of workflows and contacts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.accounts.domain import Actor
from app.contacts.application import LinkedText
from app.engine import application as engine
from app.engine.application.changing import moving, planning
from app.engine.domain import END_WORDS
from app.messaging import application as messaging
from app.platform.clock import now
from app.workflows.application import version_before_changes

NEWS = timedelta(days=7)
"""So long a finished move is shown, and can be undone on the page."""


def figures(actor: Actor, workflow: Any) -> Markup | None:
    """Return the figures panel of a workflow; None for a draft without enrollments."""
    found = engine.figures_of(actor, workflow)
    if workflow.status == "draft" and not found.total:
        return None
    trigger = engine.trigger_of(actor, workflow)
    return Markup(render_template("engine/_figures.html", workflow=workflow, figures=found, trigger=trigger))


def brake(actor: Actor, workflow: Any) -> Markup | None:
    """Return why a workflow has stopped by itself; None if it has not."""
    found = messaging.brake_of(actor, workflow.id) if workflow.status == "paused" else None
    if found is None:
        return None
    given = {"workflow": workflow, "brake": found, "version": version_before_changes(actor, workflow)}
    return Markup(render_template("engine/_brake.html", **given))


def versions(actor: Actor, workflow: Any) -> Markup | None:
    """Return the panel about people in older versions; None if there are none, and there is no news of a
    move."""
    move = moving.latest_move(actor, workflow.id)
    plan = planning.plan_for(actor.account_id, workflow)
    is_news = move is not None and (
        move.status in ("running", "undoing") or (move.status == "done" and now() - move.started_at < NEWS)
    )
    if workflow.status == "archived" or not (plan or is_news):
        return None
    given = {"workflow": workflow, "plan": plan, "move": move if is_news else None}
    return Markup(render_template("engine/_versions.html", **given))


def enrollments(actor: Actor, contact_id: int) -> Markup:
    """Return the panel of a contact's enrollments."""
    found = engine.contact_enrollments(actor, contact_id)
    return Markup(render_template("engine/_enrollments_card.html", enrollments=found))


def describe_leaving(actor: Actor, events: Sequence[Any]) -> Mapping[int, LinkedText]:
    """Return timeline entries such as “Left Welcome: Unsubscribe link in “Hello””, linked to the workflow."""
    links = workflow_links(actor, [event.workflow_id for event in events])
    found = {}
    for event in events:
        workflow = links.get(event.workflow_id, LinkedText("a deleted workflow"))
        verb = "Left" if event.kind == engine.LEFT else "Returned to"
        found[event.id] = LinkedText(f"{verb} {workflow.text}: {event.text}", workflow.url)
    return found


def workflow_links(actor: Actor, workflow_ids: Sequence[int]) -> Mapping[int, LinkedText]:
    """Return {workflow id: name and link}, without a link if the workflow has been deleted."""
    names = engine.names_of_workflows(actor, workflow_ids)
    return {
        workflow_id: LinkedText(name, url_for("workflows.show", public_id=public_id) if public_id else None)
        for workflow_id, (name, public_id) in names.items()
    }


def removals(actor: Actor, events: Sequence[Any]) -> Mapping[int, LinkedText]:
    """Return timeline entries such as “Removed from Win-back: workflow archived”, linked to the workflow."""
    links = workflow_links(actor, [event.workflow_id for event in events])
    found = {}
    for event in events:
        workflow = links.get(event.workflow_id, LinkedText("a deleted workflow"))
        reason = END_WORDS.get(event.text, event.text)
        found[event.id] = LinkedText(f"Removed from {workflow.text}: {reason}", workflow.url)
    return found


def entries(actor: Actor, events: Sequence[Any]) -> Mapping[int, LinkedText]:
    """Return timeline entries such as “Added to Welcome by its trigger”, linked to the workflow."""
    links = workflow_links(actor, [event.workflow_id for event in events])
    found = {}
    for event in events:
        workflow = links.get(event.workflow_id, LinkedText("a deleted workflow"))
        found[event.id] = LinkedText(f"Added to {workflow.text} by its trigger", workflow.url)
    return found
