"""Workflows without drawings and panels: a list without definitions, and one workflow in detail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.workflows.application import panels
from app.workflows.application.judging import faults
from app.workflows.application.lookup import find_workflow
from app.workflows.application.readiness import Missing, missing_in
from app.workflows.application.reading import Outline, Search, outline
from app.workflows.domain import Problem
from app.workflows.infrastructure import listing, queries
from app.workflows.infrastructure.listing import ListedWorkflow
from app.workflows.infrastructure.tables import Workflow

Place = tuple[datetime, int]
"""Where a page of the list ended: time of the last change, and id, of its last workflow."""


@dataclass(frozen=True)
class WorkflowSummary:
    """A workflow in a list.

    `people` is the number of people in it now, `template_id` the public id of its template. They are None if
    the actor may not see them, and without the rooms that know them.
    """

    workflow: ListedWorkflow
    people: int | None
    template_id: str | None


@dataclass(frozen=True)
class WorkflowDetails(WorkflowSummary):
    """One workflow.

    `is_changed`: the definition differs from the version that people are enrolled into. `missing` is what it
    still lacks, `problems` prevent its activation.
    """

    edited: Workflow
    outline: Outline
    is_changed: bool
    missing: Sequence[Missing]
    problems: Sequence[Problem]


def list_workflows(
    actor: Actor, search: Search, *, limit: int, after: Place | None = None
) -> tuple[list[WorkflowSummary], Place | None]:
    """Return up to `limit` matching workflows, last changed first, and the place to continue from.

    Raises NotAllowed.
    """
    require(actor, Permission.REPORTS)
    text = search.text.replace("\0", "")
    found = listing.list_workflows(actor.account_id, search.status, text, limit=limit + 1, after=after)
    shown = found[:limit]
    next_place = (shown[-1].updated_at, shown[-1].id) if len(found) > limit else None
    return _summaries(actor, shown), next_place


def matching_workflows(actor: Actor, text: str, limit: int) -> Sequence[ListedWorkflow]:
    """Return up to `limit` workflows that contain all words of a text, last changed first."""
    require(actor, Permission.REPORTS)
    return listing.list_workflows(actor.account_id, None, text, limit=limit)


def workflow_details(actor: Actor, public_id: str) -> WorkflowDetails:
    """Return one workflow. Raises NotAllowed, NotFound."""
    require(actor, Permission.REPORTS)
    return details_of(actor, find_workflow(actor, public_id))


def details_of(actor: Actor, workflow: Workflow) -> WorkflowDetails:
    """Return the details of a workflow that was looked up for the actor."""
    version_id = workflow.active_version_id
    version = queries.version_by_id(actor.account_id, version_id) if version_id else None
    names = (name for name in ListedWorkflow._fields if name != "version")
    listed = ListedWorkflow(
        **{name: getattr(workflow, name) for name in names}, version=version.number if version else None
    )
    [shown] = _summaries(actor, [listed])
    return WorkflowDetails(
        workflow=listed,
        people=shown.people,
        template_id=shown.template_id,
        edited=workflow,
        outline=outline(workflow.parsed),
        is_changed=version is not None and version.definition != workflow.definition,
        missing=missing_in(actor.account_id, workflow),
        problems=faults(actor.account_id, workflow.parsed, workflow.public_id),
    )


def _summaries(actor: Actor, found: Sequence[ListedWorkflow]) -> list[WorkflowSummary]:
    people: Mapping[int, int] | None = None
    ids: Mapping[int, str] = {}
    if actor.may(Permission.REPORTS):
        people = panels.people_in(actor, [one.id for one in found])
        ids = panels.template_ids(actor, {one.template_id for one in found if one.template_id is not None})
    return [
        WorkflowSummary(
            workflow=one,
            people=people[one.id] if people is not None else None,
            template_id=ids.get(one.template_id) if one.template_id is not None else None,
        )
        for one in found
    ]
