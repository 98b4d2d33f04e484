"""Parts that pages of other rooms show: a workflow's latest jobs, and entries of a contact's timeline."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.accounts.domain import Actor
from app.bulk_enrollment.application.report.shown_jobs import (
    origins_of,
    recent_jobs,
)
from app.bulk_enrollment.application.selection.field_uses import unfinished_jobs_using
from app.bulk_enrollment.infrastructure.job_list import Origin
from app.contacts import application as contacts
from app.contacts.application import LinkedText
from app.contacts.domain.own_fields import OwnField
from app.engine import application as engine
from app.workflows import application as workflows


def register() -> None:
    workflows.register_panel("jobs", _latest_jobs)
    contacts.register_events(["enrolled", "imported", "withdrawn"], _describe)
    contacts.register_job_names(_names_of)
    contacts.register_field_uses("jobs", _jobs_with)


def _jobs_with(account_id: int, field: OwnField) -> list[contacts.FieldUse]:
    """Return the unfinished jobs and dry runs that use a custom field."""
    return [
        contacts.FieldUse(
            f"the job of {use.name}", partial(url_for, "jobs.show", public_id=use.public_id), use.rules
        )
        for use in unfinished_jobs_using(account_id, field)
    ]


def _latest_jobs(actor: Actor, workflow: Any) -> Markup | None:
    jobs = recent_jobs(actor, workflow.id)
    return Markup(render_template("bulk_enrollment/_workflow_jobs.html", jobs=jobs)) if jobs else None


def _names_of(actor: Actor, job_ids: Sequence[int]) -> Mapping[int, LinkedText]:
    origins = origins_of(actor.account_id, job_ids)
    return {
        job_id: LinkedText(origin.source_name, url_for("jobs.show", public_id=origin.public_id))
        for job_id, origin in origins.items()
    }


def _describe(actor: Actor, events: Sequence[Any]) -> Mapping[int, LinkedText]:
    """Return timeline entries such as “Added to Win-back with guests.csv”, linked to the job or workflow."""
    origins = origins_of(actor.account_id, [event.job_id for event in events if event.job_id])
    names = engine.names_of_workflows(actor, [event.workflow_id for event in events if event.workflow_id])
    return {
        event.id: _entry(event.kind, names.get(event.workflow_id), origins.get(event.job_id))
        for event in events
    }


def _entry(kind: str, workflow: tuple[str, str | None] | None, origin: Origin | None) -> LinkedText:
    if kind == "imported":
        words = "Added to your contacts"
    elif kind == "withdrawn":
        name = workflow[0] if workflow else "a deleted workflow"
        words = f"Removed from {name} by undoing the enrollment"
    else:
        words = f"Added to {workflow[0] if workflow else 'a deleted workflow'}"
    if origin is not None:
        return LinkedText(
            f"{words} from {origin.source_name}", url_for("jobs.show", public_id=origin.public_id)
        )
    public_id = workflow[1] if workflow else None
    return LinkedText(words, url_for("workflows.show", public_id=public_id) if public_id else None)
