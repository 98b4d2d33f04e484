"""What programs send and receive about workflows."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from app.platform.api.example_ids import TEMPLATE_ID, WORKFLOW_ID
from app.platform.api.schemas import UNCHANGED, Changes, Options, PageQuery, Schema, described
from app.workflows.application import WorkflowDetails, WorkflowSummary
from app.workflows.application.drafts import MAX_DESCRIPTION_LENGTH
from app.workflows.domain import EXAMPLE, Status
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME

StatusName = Literal[tuple(status.value for status in Status)]
Definition = Annotated[
    dict[str, Any],
    described("Trigger, steps, and goals. The format is the same in templates.", EXAMPLE),
]

STEP_ID: Final = "s4f0c1d2e3a5b"


class WorkflowQuery(PageQuery):
    """Which workflows to list."""

    status: Annotated[StatusName | None, described("Only workflows with this status.", "active")] = None
    q: Annotated[
        str,
        described("Words in the name, the description, or the template’s name.", "spring", max_length=120),
    ] = ""


class TemplateOrigin(Schema):
    """The template that a workflow was created from, as it was then."""

    id: str | None = described("ID of the template; null if it can’t be seen.", TEMPLATE_ID)
    name: str = described("Name of the template.", "New lead welcome")
    version: int = described("Version of the template.", 3)
    category: str = described("Category of the template.", "lead_nurturing")
    cloned_at: datetime = described("When the workflow was created from it.", "2026-03-02T09:30:00Z")


class Workflow(Schema):
    """A workflow."""

    id: str = described("ID of the workflow.", WORKFLOW_ID)
    name: str = described("Name of the workflow.", "Spring leads")
    description: str = described("What it is for.", "Welcomes the leads from the spring fair.")
    status: StatusName = described("People are enrolled into it only while it is `active`.", "active")
    version: int | None = described(
        "Number of the version that people are enrolled into; null before the first activation.", 2
    )
    enroll_again: bool = described("Whether people who have left can be enrolled again.", False)
    tracks_reactions: bool = described("Whether opens and clicks of its emails are recorded.", True)
    people: int | None = described(
        "Number of people currently enrolled; null if the token lacks the scope `report:view`.", 1204
    )
    template: TemplateOrigin | None = Field(
        description="The template that it was created from; null without one."
    )
    created_at: datetime = described("When it was created.", "2026-03-02T09:30:00Z")
    updated_at: datetime = described("When it last changed.", "2026-03-04T16:05:12Z")
    created_by: int | None = described("ID of the user who created it.", 2)


class WorkflowGap(Schema):
    """Something that a workflow lacks."""

    kind: str = described(
        "`nothing_live`, `switched_off`, `never_taken` (a path that needs messages that are off),"
        " `not_connected`, `no_value`, `no_sender`, or `no_topic`.",
        "not_connected",
    )
    message: str = described("What is missing, in a sentence.", "SMS isn’t connected, so step 3 won’t run.")
    step: str | None = described(
        "ID of the step or goal, or `trigger`; null for the whole workflow.", STEP_ID
    )
    integration: str | None = described("The integration that isn’t connected.", "sms")
    merge_tag: str | None = described("The merge tag that has no value.", None)


class WorkflowProblem(Schema):
    """A problem of a definition."""

    step: str = described("ID of the step or goal, `trigger`, or empty for the whole definition.", STEP_ID)
    name: str = described("Name of the step or goal.", "Step 3, Send SMS")
    field: str = described("The setting that is wrong; empty for the whole step.", "text")
    message: str = described("The problem in a sentence.", "Text is missing.")


class WorkflowWithDefinition(Workflow):
    """A workflow with its definition, and what stands in the way of running it."""

    is_changed: bool = described(
        "Whether the definition differs from the version that people are enrolled into.", False
    )
    steps: int = described("Number of steps.", 3)
    days: int = described("Days from the first to the last step on the longest path.", 2)
    channels: list[str] = described("Integrations through which it sends messages.", ["email"])
    missing: list[WorkflowGap] = described("What it lacks. Activating it must be confirmed then.", [])
    problems: list[WorkflowProblem] = described("Errors that prevent activation.", [])
    definition: Definition


class WorkflowChange(Changes):
    """New values for a workflow. Leave out what should stay as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"description": "Welcomes the leads from the spring fair."}]}
    )

    name: Annotated[
        str, described("Name of the workflow.", "Spring leads", min_length=1, max_length=MAX_WORKFLOW_NAME)
    ] = UNCHANGED
    description: Annotated[
        str,
        described(
            "What it is for.", "Welcomes the leads from the spring fair.", max_length=MAX_DESCRIPTION_LENGTH
        ),
    ] = UNCHANGED
    enroll_again: Annotated[bool, described("Whether people who have left can be enrolled again.", False)] = (
        UNCHANGED
    )
    tracks_reactions: Annotated[
        bool, described("Whether opens and clicks of its emails are recorded.", True)
    ] = UNCHANGED
    definition: Definition = UNCHANGED
    same_name: bool = described(
        "Accept a name that another workflow has (`CONFIRMATION_NEEDED`).", True, default=False
    )


class Activation(Options):
    """How to activate a workflow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accept_missing": True}]})

    accept_missing: bool = described(
        "Activate it although something is missing (`CONFIRMATION_NEEDED`).", True, default=False
    )


class Duplication(Options):
    """How to duplicate a workflow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Autumn leads"}]})

    name: Annotated[
        str | None,
        described(
            "Name of the copy. Without it, the name of the workflow with “(copy)”.",
            "Autumn leads",
            min_length=1,
            max_length=MAX_WORKFLOW_NAME,
        ),
    ] = None
    same_name: bool = described(
        "Accept a name that another workflow has (`CONFIRMATION_NEEDED`).", True, default=False
    )


def workflow_shape(summary: WorkflowSummary) -> dict[str, Any]:
    """Return the fields of `Workflow`."""
    one = summary.workflow
    origin = None
    if one.template_name is not None:
        origin = {
            "id": summary.template_id,
            "name": one.template_name,
            "version": one.template_version,
            "category": one.template_category,
            "cloned_at": one.cloned_at,
        }
    return {
        "id": one.public_id,
        "name": one.name,
        "description": one.description,
        "status": one.status,
        "version": one.version,
        "enroll_again": one.enroll_again,
        "tracks_reactions": one.tracks_reactions,
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
