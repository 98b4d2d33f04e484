"""What tests of the gallery put on the shelf, and how they read its pages."""

import re
from typing import Any

from flask import Flask

from app.accounts.domain import Actor
from app.gallery.application.load import FOLDER
from app.gallery.domain.card import kept_summary
from app.gallery.infrastructure import queries, store
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.integrations.infrastructure.tables import Integration
from app.platform.database import session, transaction
from app.workflows.domain import parse

SYSTEM_TEMPLATES = len(list(FOLDER.glob("*.yaml")))
OFFERED = 'id="gallery-offered"'
GREETING = {"id": "hello", "type": "send_email", "config": {"subject": "Hello", "body": "Good to see you."}}


def definition(*steps: dict[str, Any], **trigger: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "trigger": {"type": "tag_added", "enabled": True, "config": {"tag": "new"}} | trigger,
        "steps": [{"enabled": True} | step for step in steps or (GREETING,)],
        "goals": {"match": "any", "items": []},
    }


def add_template(
    app: Flask, actor: Actor, name: str, document: dict[str, Any] | None = None, **given: Any
) -> str:
    """A custom template of the actor's account; returns its public id."""
    document = document or definition()
    template = WorkflowTemplate(
        account_id=actor.account_id,
        created_by=actor.user_id,
        name=name,
        **{"description": f"About {name}.", "category": "custom", "tags": []} | given,
        summary=kept_summary(parse(document)),
    )
    with app.app_context(), transaction():
        store.add_templates([template])
        store.add_versions([{"template_id": template.id, "number": 1, "definition": document}])
        return template.public_id


def connect(app: Flask, actor: Actor, *kinds: str) -> None:
    with app.app_context(), transaction():
        session().add_all([Integration(account_id=actor.account_id, kind=kind) for kind in kinds])


def system_id(app: Flask, key: str) -> str:
    """The public id of a system template."""
    with app.app_context():
        return next(row.public_id for row in queries.system_templates() if row.key == key)


def uses(app: Flask, actor: Actor, public_id: str) -> int:
    """How often the template was used."""
    with app.app_context():
        template = queries.template_by_public_id(actor.account_id, public_id)
        assert template is not None
        return template.times_used


def cards(page: Any) -> list[str]:
    """The names of the templates on a gallery page, in its order, without those that are offered instead."""
    assert page.status_code == 200, page.text
    return _names_of(page.text.partition(OFFERED)[0])


def offered(page: Any) -> list[str]:
    """The names of the templates that a gallery page offers where nothing matches."""
    return _names_of(page.text.partition(OFFERED)[2])


def _names_of(text: str) -> list[str]:
    return re.findall(r'class="template-name" id="[^"]+"><a [^>]*>([^<]+)</a>', text)


def counts(page: Any) -> dict[str, int]:
    """Address of each tab -> the count that it shows."""
    tabs = re.findall(r'class="tab" href="([^"]+)"[^>]*>[^<]*<span class="tab-count">([\d,]+)<', page.text)
    return {address.replace("&amp;", "&"): int(count.replace(",", "")) for address, count in tabs}
