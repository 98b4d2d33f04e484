"""Workflows to try things on."""

from typing import Any

from flask import Flask

from app.accounts.domain import Actor
from app.platform.database import session, transaction
from app.workflows import application as workflows
from app.workflows.application import TemplateOrigin
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow
from tests.unit.workflows.documents import definition, email, sms, wait

FROM_TEMPLATE = TemplateOrigin(7, 3, "New lead welcome", "lead_nurturing")


def complete() -> dict[str, Any]:
    """Two emails that need nothing."""
    return definition(email("hello"), wait("pause", 2, "days"), email("again", "Again", "See you."))


def welcome() -> dict[str, Any]:
    """An email, a wait, an SMS."""
    return definition(
        email("hello", "Hi {{ contact.first_name }}", "Good to **have** you."),
        wait("pause", 2, "days"),
        sms("short", "See you, {{ contact.first_name }}"),
    )


def draft(app: Flask, actor: Actor, name: str = "Welcome", **given: Any) -> str:
    """The public id of a new draft; `definition`, `description` and `template` may be given."""
    given = {"description": "", "definition": welcome(), "template": None} | given
    with app.app_context(), transaction():
        return workflows.create_draft(actor, name=name, same_name=True, **given).public_id


def active(app: Flask, actor: Actor, name: str = "Welcome", **given: Any) -> str:
    """The same, activated."""
    public_id = draft(app, actor, name, **given)
    with app.app_context():
        workflows.activate(actor, public_id, workflows.Ask.NEVER)
    return public_id


def found(app: Flask, actor: Actor, public_id: str) -> Workflow:
    with app.app_context():
        session().expire_all()
        return workflows.find_workflow(actor, public_id)


def delete(app: Flask, actor: Actor, public_id: str) -> None:
    """Delete an active workflow in which nobody is."""
    with app.app_context():
        workflows.pause(actor, public_id)
        workflows.archive(actor, public_id)
        workflows.delete(actor, public_id)


def version_of(app: Flask, actor: Actor, public_id: str) -> Any:
    """What people are enrolled into now."""
    with app.app_context():
        version_id = workflows.find_workflow(actor, public_id).active_version_id
        assert version_id is not None
        return queries.version_by_id(actor.account_id, version_id)
