"""The functions that other rooms may use."""

from app.workflows.application.drafts import SameName, TemplateOrigin, create_draft, rename
from app.workflows.application.judging import (
    available,
    faults,
    linked_names,
    missing_fields,
    missing_services,
)
from app.workflows.application.life import activate, archive, pause
from app.workflows.application.lookup import (
    Startable,
    find_by_name_or_id,
    find_workflow,
    meaning_of,
    startable,
    startable_by_id,
    state_of,
    version_to_enter,
)
from app.workflows.application.panels import register_panel, register_people_count, register_template_ids
from app.workflows.application.readiness import (
    ActivationQuestion,
    Ask,
    Missing,
    create_missing_fields,
    what_is_missing,
)
from app.workflows.application.reading import Card, Listing, Search, find_workflows, workflow_card
from app.workflows.application.step_editing import StepCard, edit_step, sample_of, step_card, switch_part
from app.workflows.application.summaries import (
    WorkflowDetails,
    WorkflowSummary,
    details_of,
    list_workflows,
    workflow_details,
)
from app.workflows.application.updating import WorkflowChanges, update_workflow

__all__ = [
    "ActivationQuestion",
    "Ask",
    "Card",
    "Listing",
    "Missing",
    "SameName",
    "Search",
    "Startable",
    "StepCard",
    "TemplateOrigin",
    "WorkflowChanges",
    "WorkflowDetails",
    "WorkflowSummary",
    "activate",
    "archive",
    "available",
    "create_draft",
    "create_missing_fields",
    "details_of",
    "edit_step",
    "faults",
    "find_by_name_or_id",
    "find_workflow",
    "find_workflows",
    "linked_names",
    "list_workflows",
    "meaning_of",
    "missing_fields",
    "missing_services",
    "pause",
    "register_panel",
    "register_people_count",
    "register_template_ids",
    "rename",
    "sample_of",
    "startable",
    "startable_by_id",
    "state_of",
    "step_card",
    "switch_part",
    "update_workflow",
    "version_to_enter",
    "what_is_missing",
    "workflow_card",
    "workflow_details",
]
