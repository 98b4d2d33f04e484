"""Templates that get newer versions, and the page that updates workflows made from them."""

import html
import re
from copy import deepcopy
from typing import Any

from flask import Flask

from app.accounts.domain import Actor
from app.gallery import application as gallery
from app.gallery.application import TemplateChanges
from app.platform.ids import new_public_id
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.gallery.shelf import add_template
from tests.unit.workflows.documents import definition, email, step, wait

THREE_STEPS = definition(
    email("hello", "Welcome aboard", "Good to have you here."),
    wait("pause", 2, "days"),
    email("again", "A small gift", "Ten percent off, this week only."),
    goals={"match": "any", "items": []},
)


def clone_of(app: Flask, actor: Actor, template_id: str, name: str = "Mine") -> str:
    """The public id of a new workflow made from a template."""
    with app.app_context(), acting_for(actor.account_id):
        made = gallery.clone_template(
            actor, template_id, name=name, idempotency_key=new_public_id(), same_name=True
        )
        return made.public_id


def made_from_template(app: Flask, actor: Actor, document: Any = THREE_STEPS) -> tuple[str, str]:
    """The public ids of a custom template, and of a workflow made from it."""
    template_id = add_template(app, actor, "Onboarding", document)
    return template_id, clone_of(app, actor, template_id)


def save_version(app: Flask, actor: Actor, template_id: str, document: Any, note: str = "") -> None:
    with app.app_context(), acting_for(actor.account_id):
        gallery.update_template(actor, template_id, TemplateChanges(definition=document), note=note)


def second_version() -> dict[str, Any]:
    """Another subject, a longer wait, a new step at the end."""
    document = deepcopy(THREE_STEPS)
    document["steps"][0]["config"]["subject"] = "Welcome on board"
    document["steps"][1]["config"]["amount"] = 3
    document["steps"].append(step("tag", "add_tag", tag="onboarded"))
    return document


def page_of(workflow_id: str) -> str:
    return f"/workflows/{workflow_id}/template-update"


def fields_of(page: str) -> dict[str, Any]:
    """What the form of the page would send: its hidden fields, and `takes`, the keys that can be taken, by
    what they are about; `chooses`, the names of fields of conflicts."""
    form = page[page.index('id="update-form"') :]
    found: dict[str, Any] = dict(re.findall(r'type="hidden" name="(version|revision)" value="(\d+)"', form))
    takes = re.findall(r'name="take" value="([^"]+)"', form)
    chooses = dict.fromkeys(re.findall(r'type="radio" name="([^"]+)"', form))
    return found | {"takes": [html.unescape(one) for one in takes], "chooses": list(chooses)}


def key_of(fields: dict[str, Any], beginning: str) -> str:
    """The one key that can be taken and begins so."""
    [key] = [one for one in fields["takes"] if one.startswith(beginning)]
    return str(key)


def send(person: Person, workflow_id: str, fields: dict[str, Any], **given: Any) -> Any:
    """Send the form with what was chosen."""
    hidden = {name: fields[name] for name in ("version", "revision")}
    return person.post(page_of(workflow_id), hidden | given)
