"""Duplicating a workflow: the copy is a draft with steps of its own, made from the same template."""

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.database import transaction
from app.workflows.application.drafts import TemplateOrigin, create_draft
from app.workflows.application.lookup import find_workflow
from app.workflows.application.panels import settle_copy
from app.workflows.domain import copy_name, new_ids, with_ids
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow


def duplicate(actor: Actor, public_id: str, name: str | None = None, *, same_name: bool = False) -> Workflow:
    """Create a draft that does what a workflow does now, also if that one is archived. Without a name, it is
    called a copy.

    Raises NotFound, LimitReached, Invalid, and SameName if another workflow has the name, unless `same_name`
    confirms it.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        source = find_workflow(actor, public_id)
        ids = new_ids(source.parsed)
        taken = queries.workflow_names(actor.account_id).values() if name is None else ()
        copy = create_draft(
            actor,
            name=copy_name(source.name, taken) if name is None else name,
            description=source.description,
            definition=with_ids(source.parsed, ids),
            template=_origin(source),
            same_name=same_name,
        )
        copy.enroll_again, copy.tracks_reactions = source.enroll_again, source.tracks_reactions
        settle_copy(source, copy, ids)
        activity.record(
            actor,
            "workflow_duplicated",
            "workflow",
            copy.public_id,
            name=copy.name,
            source=source.public_id,
            source_name=source.name,
        )
    return find_workflow(actor, copy.public_id)


def _origin(source: Workflow) -> TemplateOrigin | None:
    if source.template_id is None:
        return None
    return TemplateOrigin(
        source.template_id,
        source.template_version or 1,
        source.template_name or "",
        source.template_category or "",
    )
