"""Operations of the API on workflows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import PREFIX, operation
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.paging import page_of_documents, read_cursor, write_cursor
from app.platform.api.schemas import Page
from app.workflows import application as workflows
from app.workflows.application import Ask, Search
from app.workflows.domain import Status
from app.workflows.presentation.api_schemas import (
    Activation,
    Duplication,
    Workflow,
    WorkflowChange,
    WorkflowQuery,
    WorkflowWithDefinition,
    workflow_shape,
    workflow_with_definition,
)

TAG = "Workflows"
ETAG = {"ETag": "Version of the workflow, for `If-Match`."}

Result = tuple[WorkflowWithDefinition, int, Mapping[str, str]]

blueprint: Blueprint = api_blueprint("workflows")


@blueprint.get("/workflows")
@operation(TAG, Page[Workflow], permission="report:view", headers={"Link": "The next page."})
def list_workflows(query: WorkflowQuery) -> Response:
    """List workflows

    Last changed first.
    """
    search = Search(text=query.q, status=Status(query.status) if query.status else None)
    found, next_place = workflows.list_workflows(
        web.actor(), search, limit=query.limit, after=read_cursor(query.cursor, datetime, int)
    )
    cursor = write_cursor(*next_place) if next_place else None
    return page_of_documents([workflow_shape(summary) for summary in found], cursor)


@blueprint.get("/workflows/<public_id>")
@operation(TAG, WorkflowWithDefinition, permission="report:view", headers=ETAG)
def get_workflow(public_id: str) -> Result:
    """Get a workflow

    `missing` and `problems` say what stands in the way of running it.
    """
    return _shown(workflows.workflow_details(web.actor(), public_id))


@blueprint.patch("/workflows/<public_id>")
@operation(
    TAG,
    WorkflowWithDefinition,
    permission="workflow:manage",
    conditional=True,
    headers=ETAG,
    errors=(409,),
)
def update_workflow(public_id: str, body: WorkflowChange) -> Result:
    """Change a workflow

    A new definition must be valid, and applies to people who are enrolled after the next activation; people
    who are in the workflow finish the version that they started with.

    Errors: `VALIDATION_ERROR` with `fields` or, for the definition, `problems`; `CONFIRMATION_NEEDED` if
    another workflow has the name; `CONFLICT` if the workflow is archived.
    """
    changed = workflows.update_workflow(
        web.actor(),
        public_id,
        workflows.WorkflowChanges(
            name=body.name,
            description=body.description,
            enroll_again=body.enroll_again,
            tracks_reactions=body.tracks_reactions,
            definition=body.definition,
        ),
        same_name=body.same_name,
        check=lambda workflow: raise_if_changed(_etag(workflow)),
    )
    return _result(changed)


@blueprint.post("/workflows/<public_id>/activate")
@operation(TAG, WorkflowWithDefinition, permission="workflow:manage", headers=ETAG, errors=(409,))
def activate_workflow(public_id: str, body: Activation) -> Result:
    """Activate a workflow

    Makes the definition the version that people are enrolled into. Nothing happens if it is active and
    unchanged, so the request can be repeated.

    Errors: `VALIDATION_ERROR` with `problems`; `CONFIRMATION_NEEDED` with `missing` if the workflow lacks
    something, unless `accept_missing` is true; `CONFLICT` if it is archived.
    """
    asks = Ask.NEVER if body.accept_missing else Ask.ANYTHING
    return _result(workflows.activate(web.actor(), public_id, asks))


@blueprint.post("/workflows/<public_id>/pause")
@operation(TAG, WorkflowWithDefinition, permission="workflow:manage", headers=ETAG, errors=(409,))
def pause_workflow(public_id: str) -> Result:
    """Pause a workflow

    Nobody can be enrolled until it is activated again, and running bulk enrollments pause. Nothing happens if
    it is paused, so the request can be repeated. `CONFLICT` if it is a draft or archived.
    """
    return _result(workflows.pause(web.actor(), public_id))


@blueprint.post("/workflows/<public_id>/archive")
@operation(TAG, WorkflowWithDefinition, permission="workflow:manage", headers=ETAG, errors=(409,))
def archive_workflow(public_id: str) -> Result:
    """Archive a workflow

    The people in it are removed, and nobody can be enrolled. Nothing happens if it is archived, so the
    request can be repeated. `CONFLICT` unless it is paused.
    """
    return _result(workflows.archive(web.actor(), public_id))


@blueprint.post("/workflows/<public_id>/restore")
@operation(TAG, WorkflowWithDefinition, permission="workflow:manage", headers=ETAG, errors=(409,))
def restore_workflow(public_id: str) -> Result:
    """Restore a workflow from the archive

    It is paused then. People who were removed from it do not return. Nothing happens if it is paused, so the
    request can be repeated. `CONFLICT` if it is a draft or active, or while people are still being removed.
    """
    return _result(workflows.restore(web.actor(), public_id))


@blueprint.post("/workflows/<public_id>/duplicate")
@operation(
    TAG,
    WorkflowWithDefinition,
    status=201,
    permission="workflow:manage",
    idempotent=True,
    headers=ETAG | {"Location": "URL of the copy."},
    errors=(409,),
)
def duplicate_workflow(public_id: str, body: Duplication) -> Result:
    """Duplicate a workflow

    Creates a draft with the same steps, trigger, and goals, from the same template. An archived workflow can
    be duplicated, too.

    Errors: `CONFIRMATION_NEEDED` if another workflow has the name; `WORKFLOW_LIMIT_REACHED`.
    """
    copy = workflows.duplicate(web.actor(), public_id, body.name, same_name=body.same_name)
    shown, _, headers = _result(copy)
    return shown, 201, {**headers, "Location": f"{PREFIX}/workflows/{copy.public_id}"}


@blueprint.delete("/workflows/<public_id>")
@operation(TAG, None, status=204, permission="workflow:manage", errors=(409,))
def delete_workflow(public_id: str) -> None:
    """Delete a workflow

    Only a draft or an archived workflow. It can’t be restored; jobs, messages, and the activity log keep its
    name.

    Errors: `CONFLICT` if it is active or paused, or while people are still being removed.
    """
    workflows.delete(web.actor(), public_id)


def _result(workflow: Any) -> Result:
    """Return a workflow that a use case has returned. Reading it needs no further scope."""
    return _shown(workflows.details_of(web.actor(), workflow))


def _shown(details: workflows.WorkflowDetails) -> Result:
    return workflow_with_definition(details), 200, {"ETag": _etag(details.edited)}


def _etag(workflow: Any) -> str:
    return etag_of(workflow.public_id, workflow.revision)
