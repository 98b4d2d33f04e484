"""Requests that undo and redo the last edits of a workflow."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.platform import web
from app.workflows import application as workflows
from app.workflows.presentation.editing.answers import after_edit

blueprint = Blueprint("workflow_edits", __name__, url_prefix="/workflows/<public_id>")


@blueprint.post("/undo")
def undo(public_id: str) -> ResponseReturnValue:
    return after_edit(
        public_id, lambda revision: workflows.undo(web.actor(), public_id, revision), "Edit undone"
    )


@blueprint.post("/redo")
def redo(public_id: str) -> ResponseReturnValue:
    return after_edit(
        public_id, lambda revision: workflows.redo(web.actor(), public_id, revision), "Edit redone"
    )
