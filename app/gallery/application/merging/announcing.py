"""Newer versions of templates are announced: in the list of workflows, and to those who made them (T-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.gallery.infrastructure.merging import queries
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.notifications import application as notifications
from app.notifications.application import Told

NEW_VERSION: Final = "template_version"


@dataclass(frozen=True)
class NewerVersion:
    """A workflow whose template has a newer version than `version`, which the workflow has."""

    workflow_id: int
    public_id: str
    template_name: str
    version: int
    newest: int


def news(actor: Actor, workflow_ids: Sequence[int]) -> list[NewerVersion]:
    """Return those of the workflows whose template has a newer version, with other steps, that was not
    dismissed."""
    require(actor, Permission.REPORTS)
    linked = queries.linked_workflows(actor.account_id, workflow_ids)
    newest = queries.newest_versions(actor.account_id, {one.template_id for one in linked}) if linked else {}
    behind = [
        NewerVersion(one.id, one.public_id, of.name, one.version, of.version)
        for one in linked
        if (of := newest.get(one.template_id)) and of.version > max(one.version, one.dismissed)
    ]
    templates = {one.id: one.template_id for one in linked}
    known = queries.definitions(
        {(templates[one.workflow_id], number) for one in behind for number in (one.version, one.newest)}
    )
    return [
        one
        for one in behind
        if known.get((templates[one.workflow_id], one.version))
        != known.get((templates[one.workflow_id], one.newest))
    ]


def tell_owners(template: WorkflowTemplate) -> None:
    """Notify everyone who made a workflow from a template that it has a new version, in the transaction that
    saves it, so that nobody is told twice. A version with the same steps is not announced."""
    before = queries.document_of(template.id, template.version - 1)
    if before == queries.document_of(template.id, template.version):
        return
    facts = {"template": template.name, "version": template.version}
    for portion in queries.owned_workflows(template.id):
        notifications.tell_many(
            NEW_VERSION,
            (
                Told(one.account_id, one.user_id, one.public_id, {**facts, "workflow": one.name})
                for one in portion
            ),
        )
