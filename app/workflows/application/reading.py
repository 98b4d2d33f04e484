"""Data for the list of workflows and for the page of one workflow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.accounts.application import filled_tags, require, user_names
from app.accounts.domain import Actor, Permission
from app.workflows.application import panels
from app.workflows.application.judging import (
    available,
    faults,
    linked_names,
    missing_fields,
    missing_services,
)
from app.workflows.application.lookup import find_workflow
from app.workflows.application.readiness import Missing, missing_in
from app.workflows.domain import (
    Definition,
    Drawing,
    OffPart,
    Problem,
    Sort,
    Status,
    can_be_edited,
    days,
    draw,
    goals_words,
    live_channels,
    off_parts,
    trigger_words,
)
from app.workflows.domain.drawing.describe import Words
from app.workflows.infrastructure import listing, queries
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion


@dataclass(frozen=True)
class Search:
    """A search: text in the name, description or template, a status, and the order."""

    text: str = ""
    status: Status | None = None
    sort: Sort = Sort.UPDATED


@dataclass(frozen=True)
class Outline:
    """The figures of a definition that the list shows."""

    steps: int
    days: int
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """A page of workflows with their outlines.

    `counts` is the number of matches in each status, whatever status was selected; `people` the number of
    people in each workflow now, or None if no count is registered; `news` is what other rooms have to say
    about some of them. `template_versions` is the version of its template that a workflow was brought up to,
    of those that were.
    """

    workflows: Sequence[Workflow]
    outlines: dict[int, Outline]
    people: dict[int, int] | None
    news: Mapping[int, panels.ListNews]
    template_versions: Mapping[int, int]
    counts: dict[str, int]
    total: int
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class Card:
    """One workflow with everything its page shows.

    `version` is the one that people are enrolled into, `is_changed` means edited since. `missing` is what the
    workflow still lacks, `off` its parts that are switched off, `new_fields` the contact fields it uses that
    do not exist. `people` is the number of people in it, counted only where archiving or the start is
    offered. `notes` are {step id: how many people are there}. `can_undo` and `can_redo`: an edit can be.
    `template_version` is the version of its template that it was brought up to, None if it was not.
    """

    workflow: Workflow
    outline: Outline
    drawing: Drawing
    trigger: Words
    goals: str
    version: WorkflowVersion | None
    problems: Sequence[Problem]
    missing: Sequence[Missing]
    off: Sequence[OffPart]
    new_fields: Sequence[str]
    people: int | None
    author: str | None
    notes: Mapping[str, str]
    top: Sequence[str]
    side: Sequence[str]
    template_version: int | None = None
    can_undo: bool = False
    can_redo: bool = False

    @property
    def is_changed(self) -> bool:
        return self.version is not None and self.version.definition != self.workflow.definition


def find_workflows(
    actor: Actor, search: Search, *, after: str | None = None, before: str | None = None
) -> Listing:
    """Return a page of matching workflows that follow `after` or precede `before` (public ids).

    An id that no longer exists leads to the first page. Raises NotAllowed.
    """
    require(actor, Permission.REPORTS)
    account_id, text = actor.account_id, search.text.replace("\0", "")
    page = listing.workflows_page(
        account_id,
        search.status,
        text,
        sort=search.sort,
        after=queries.workflow_by_public_id(account_id, after) if after else None,
        before=queries.workflow_by_public_id(account_id, before) if before else None,
    )
    counts = listing.count_by_status(account_id, text)
    ids = [workflow.id for workflow in page.workflows]
    return Listing(
        workflows=page.workflows,
        outlines={workflow.id: outline(workflow.parsed) for workflow in page.workflows},
        people=panels.people_in(actor, ids),
        news=panels.news_of(actor, ids),
        template_versions=panels.template_versions(actor, ids),
        counts=counts,
        total=sum(counts.values()),
        previous=page.workflows[0].public_id if page.has_previous and page.workflows else None,
        next=page.workflows[-1].public_id if page.has_next else None,
    )


def workflow_card(actor: Actor, public_id: str) -> Card:
    """Return one workflow with everything its page shows. Raises NotAllowed, NotFound."""
    require(actor, Permission.REPORTS)
    workflow = find_workflow(actor, public_id)
    definition = workflow.parsed
    found = faults(actor.account_id, definition, public_id)
    unconnected = missing_services(actor.account_id, definition)
    filled = filled_tags(actor.account_id)
    names = linked_names(actor.account_id, definition)
    version_id = workflow.active_version_id
    can_be_counted = workflow.status == Status.PAUSED or workflow.held_until_started
    is_asked = can_be_counted and actor.may(Permission.WORKFLOWS)
    people = panels.people_in(actor, [workflow.id]) if is_asked else None
    may_edit = actor.may(Permission.WORKFLOWS) and can_be_edited(workflow.status)
    can_undo, can_redo = queries.has_edits(actor.account_id, workflow.id) if may_edit else (False, False)
    return Card(
        workflow=workflow,
        outline=outline(definition),
        drawing=draw(definition, problems=found, missing=unconnected, workflows=names, filled=filled),
        trigger=trigger_words(definition),
        goals=goals_words(definition),
        version=queries.version_by_id(actor.account_id, version_id) if version_id else None,
        problems=found,
        missing=missing_in(actor.account_id, workflow),
        off=off_parts(definition, available(actor.account_id)),
        new_fields=missing_fields(actor.account_id, definition) if found else (),
        people=people[workflow.id] if people is not None else None,
        author=user_names([workflow.created_by]).get(workflow.created_by or 0),
        notes=panels.step_notes(actor, workflow),
        top=panels.panels_of(actor, workflow, "top"),
        side=panels.panels_of(actor, workflow, "side"),
        template_version=panels.template_versions(actor, [workflow.id]).get(workflow.id),
        can_undo=can_undo,
        can_redo=can_redo,
    )


def outline(definition: Definition) -> Outline:
    return Outline(len(definition.all_steps), days(definition), live_channels(definition))
