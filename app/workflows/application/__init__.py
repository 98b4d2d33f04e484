"""The doors of the room."""

from app.workflows.application.drafts import TemplateOrigin, create_draft, edit_step, rename
from app.workflows.application.life import activate, archive, pause
from app.workflows.application.lookup import (
    Startable,
    find_by_name_or_id,
    find_workflow,
    startable,
    startable_by_id,
    state_of,
)

__all__ = [
    "Startable",
    "TemplateOrigin",
    "activate",
    "archive",
    "create_draft",
    "edit_step",
    "find_by_name_or_id",
    "find_workflow",
    "pause",
    "rename",
    "startable",
    "startable_by_id",
    "state_of",
]
