"""What programs send and receive about workflows."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from app.platform.api.schemas import UNCHANGED, Changes, Options, PageQuery, Schema
from app.workflows.application import WorkflowDetails, WorkflowSummary
from app.workflows.application.drafts import MAX_DESCRIPTION_LENGTH
from app.workflows.domain import EXAMPLE, Status
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME

StatusName = Literal[tuple(status.value for status in Status)]  # type: ignore[valid-type]
Definition = Annotated[
    dict[str, Any],
    Field(description="Trigger, steps, and goals. The format is the same in templates.", examples=[EXAMPLE]),
]

ORIGIN: Final = {
    "id": "01936b1c-6f0e-7c3a-9d52-0d4b8e1f7a01",
    "name": "New lead welcome",
    "version": 3,
    "category": "lead_nurturing",
    "cloned_at": "2026-03-02T09:30:00Z",
}
WORKFLOW: Final = {
    "id": "01936b1c-9a41-7d10-8b0c-52f6a7c3e902",
    "name": "Spring leads",
    "description": "Welcomes the leads from the spring fair.",
    "status": "active",
    "version": 2,
    "enroll_again": False,
    "people": 1204,
    "template": ORIGIN,
    "created_at": "2026-03-02T09:30:00Z",
    "updated_at": "2026-03-04T16:05:12Z",
    "created_by": 2,
}
GAP: Final = {
    "kind": "not_connected",
    "message": "SMS isn’t connected, so step 3 won’t run.",
    "step": "s4f0c1d2e3a5b",
    "integration": "sms",
    "merge_tag": None,
}
PROBLEM: Final = {
    "step": "s4f0c1d2e3a5b",
    "name": "Step 3, Send SMS",
    "field": "text",
    "message": "Text is missing.",
}


class WorkflowQuery(PageQuery):
    """Which workflows to list."""

    status: Annotated[StatusName | None, Field(description="Only workflows with this status.")] = None
    q: Annotated[
        str, Field(max_length=120, description="Words in the name, the description, or the template’s name.")
    ] = ""


class TemplateOrigin(Schema):
    """The template that a workflow was created from, as it was then. `id` is null if it can’t be seen."""

    model_config = ConfigDict(json_schema_extra={"examples": [ORIGIN]})

    id: str | None
    name: str
    version: int
    category: str
    cloned_at: datetime


class Workflow(Schema):
    """A workflow."""

    model_config = ConfigDict(json_schema_extra={"examples": [WORKFLOW]})

    id: str
    name: str
    description: str
    status: StatusName
    version: int | None = Field(
        description="Number of the version that people are enrolled into; null before the first activation."
    )
    enroll_again: bool = Field(description="Whether people who have left can be enrolled again.")
    people: int | None = Field(
        description="Number of people currently enrolled; null if the token lacks the scope `report:view`."
    )
    template: TemplateOrigin | None
    created_at: datetime
    updated_at: datetime
    created_by: int | None = Field(description="ID of the user who created it.")


class WorkflowGap(Schema):
    """Something that a workflow lacks. `step` is the ID of the step or goal, or `trigger`."""

    model_config = ConfigDict(json_schema_extra={"examples": [GAP]})

    kind: str = Field(description="`nothing_live`, `switched_off`, `not_connected`, or `no_value`.")
    message: str
    step: str | None
    integration: str | None
    merge_tag: str | None


class WorkflowProblem(Schema):
    """A problem of a definition. `step` is the ID of the step or goal, `trigger`, or empty for the whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROBLEM]})

    step: str
    name: str
    field: str
    message: str


class WorkflowWithDefinition(Workflow):
    """A workflow with its definition, and what stands in the way of running it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                WORKFLOW
                | {"is_changed": False, "steps": 3, "days": 2, "channels": ["email"]}
                | {"missing": [GAP], "problems": [], "definition": EXAMPLE}
            ]
        }
    )

    is_changed: bool = Field(
        description="Whether the definition differs from the version that people are enrolled into."
    )
    steps: int
    days: int = Field(description="Days from the first to the last step on the longest path.")
    channels: list[str]
    missing: list[WorkflowGap] = Field(description="What it lacks. Activating it must be confirmed then.")
    problems: list[WorkflowProblem] = Field(description="Errors that prevent activation.")
    definition: Definition


class WorkflowChange(Changes):
    """New values for a workflow. Leave out what should stay as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"description": "Welcomes the leads from the spring fair."}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=MAX_WORKFLOW_NAME)] = UNCHANGED
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION_LENGTH)] = UNCHANGED
    enroll_again: bool = UNCHANGED
    definition: Definition = UNCHANGED
    same_name: bool = Field(
        default=False, description="Accept a name that another workflow has (`CONFIRMATION_NEEDED`)."
    )


class Activation(Options):
    """How to activate a workflow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accept_missing": True}]})

    accept_missing: bool = Field(
        default=False, description="Activate it although something is missing (`CONFIRMATION_NEEDED`)."
    )


def workflow_shape(summary: WorkflowSummary) -> dict[str, Any]:
    """Return the fields of `Workflow`."""
    one = summary.workflow
    origin = None
    if one.template_name is not None:
        origin = TemplateOrigin(
            id=summary.template_id,
            name=one.template_name,
            version=one.template_version,
            category=one.template_category,
            cloned_at=one.cloned_at,
        )
    return {
        "id": one.public_id,
        "name": one.name,
        "description": one.description,
        "status": one.status,
        "version": one.version,
        "enroll_again": one.enroll_again,
        "people": summary.people,
        "template": origin,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "created_by": one.created_by,
    }


def workflow_with_definition(details: WorkflowDetails) -> WorkflowWithDefinition:
    return WorkflowWithDefinition(
        **workflow_shape(details),
        is_changed=details.is_changed,
        steps=details.outline.steps,
        days=details.outline.days,
        channels=list(details.outline.channels),
        missing=[WorkflowGap(**gap.facts) for gap in details.missing],
        problems=[WorkflowProblem(**problem.facts) for problem in details.problems],
        definition=details.edited.definition,
    )
